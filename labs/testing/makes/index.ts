import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A web server of another make, and the shell line that runs one of its configurations in the foreground. */
interface Make {
  readonly name: string;
  /** Where packages put it; the PATH of an ordinary user doesn't lead there. */
  readonly program: string;
  command(this: Make, file: string): string;
}

const quoted = (file: string) => `'${file.replaceAll("'", `'\\''`)}'`;

const makes: readonly Make[] = [
  {
    name: 'haproxy',
    program: '/usr/sbin/haproxy',
    // It wants certificate and key in one file.
    command(file) {
      return `if [ -e "$TLS_CERT" ]; then cat "$TLS_CERT" "$TLS_KEY" > "$LOG_DIR/catalog.test.pem"; fi; exec ${this.program} -db -f ${quoted(file)}`;
    },
  },
  {
    name: 'caddy',
    program: '/usr/bin/caddy',
    command(file) {
      return `HOME="$CACHE_DIR" exec ${this.program} run --adapter caddyfile --config ${quoted(file)}`;
    },
  },
  {
    name: 'apache2',
    program: '/usr/sbin/apache2',
    // Started by root its workers are somebody else, who has to be let into the sandbox.
    command(file) {
      return `chmod a+rx "\${HTML_DIR%/usr/share/nginx/html}" && exec ${this.program} -D FOREGROUND -f ${quoted(file)}`;
    },
  },
  {
    name: 'lighttpd',
    program: '/usr/sbin/lighttpd',
    // It wants hosts and ports apart.
    command(file) {
      return `export CATALOG_PORT="\${CATALOG##*:}" CATALOG_1_PORT="\${CATALOG_1##*:}" CATALOG_2_PORT="\${CATALOG_2##*:}" BACK_OFFICE_PORT="\${BACK_OFFICE##*:}" FASTCGI_PORT="\${FASTCGI##*:}"; exec ${this.program} -D -f ${quoted(file)}`;
    },
  },
];

/** One configuration of another make. */
export interface OtherMake {
  /** `haproxy/lab2.cfg` */
  readonly name: string;
  readonly file: string;
  readonly lab: number;
  readonly command: string;
  readonly installed: boolean;
}

/** All configurations of other makes, `labN.*` or `labN-WORD.*` each. */
export const otherMakes: readonly OtherMake[] = makes.flatMap((make) => {
  const { name, program } = make;
  const folder = join(import.meta.dirname, name);
  return readdirSync(folder).map((entry) => {
    const file = join(folder, entry);
    const lab = Number(/^lab(\d+)/.exec(entry)?.[1]);
    return { name: `${name}/${entry}`, file, lab, command: make.command(file), installed: existsSync(program) };
  });
});
