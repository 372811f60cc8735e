import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { confinement } from './confinement.ts';
import type { Launcher } from './launcher.ts';
import type { ServerCommand } from './server-process.ts';

const reference = fileURLToPath(new URL('../../proxy/nginx.mjs', import.meta.url));
const waiting = fileURLToPath(new URL('../../proxy/waiting.mjs', import.meta.url));

/** Finds the real nginx: in PATH, or where packages put it. Throws with the way to install it. */
export function findNginx(): string {
  const folders = [
    ...(process.env.PATH ?? '').split(path.delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/local/nginx/sbin',
    '/opt/homebrew/bin',
  ];
  for (const folder of folders) {
    const file = path.join(folder, 'nginx');
    // npm puts this project's own programs into PATH, never one named nginx from elsewhere.
    if (folder === '' || folder.includes('node_modules')) continue;
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  throw new Error(
    'nginx is not installed on this machine. Install it (Debian and Ubuntu: `sudo apt install nginx`, macOS: `brew install nginx`), or check with `--engine reference`.',
  );
}

/** What runs a configuration. */
export interface EngineCommand extends ServerCommand {
  /** What a `waitingReference` is told instead of being started with arguments. */
  readonly instructions?: string;
  /** Where it writes how it treats each request. */
  readonly traces?: string;
  /** Whether it is one process, which a `ServerHost` can run among others. */
  readonly single: boolean;
}

/** The reference proxy, everything loaded, waiting on its stdin for the `instructions` of an EngineCommand. */
export const waitingReference: ServerCommand = {
  file: process.execPath,
  args: [...confinement(environment(process.env)), waiting],
  environment: environment(process.env),
  folder: path.dirname(waiting),
  told: true,
};

/** The reference proxy as a `ServerHost` starts it: one configuration after another in one process. */
export const hostingReference: ServerCommand = {
  ...waitingReference,
  args: [...confinement(environment(process.env)), fileURLToPath(new URL('../../proxy/host.mjs', import.meta.url))],
};

/** What the command depends on. */
export interface Facts {
  readonly hasPid: boolean;
  readonly stockMain: boolean;
  readonly trace?: boolean | undefined;
}

/** The command that runs the mapped configuration in the foreground. */
export function engineCommand(
  engine: 'reference' | 'nginx',
  root: string,
  { hasPid, stockMain, trace = false }: Facts,
  launcher: Launcher,
): EngineCommand {
  const globals = ['daemon off;'];
  if (!hasPid) globals.push(`pid ${root}/run/nginx.pid;`);
  // Whoever writes no nginx.conf asks for no workers: one process starts sooner than three.
  const single = engine === 'reference' && stockMain;
  if (single) globals.push('master_process off;');
  // Workers of root's master would become nobody, who may not look into the sandbox.
  if (launcher.asRoot) globals.push(process.platform === 'darwin' ? 'user root wheel;' : 'user root;');
  const words = [
    '-p',
    `${root}/usr/share/nginx/`,
    '-c',
    `${root}/etc/nginx/nginx.conf`,
    '-e',
    'stderr',
    '-g',
    globals.join(' '),
  ];
  const common = { environment: environment(launcher.environment), folder: root, single };
  if (engine === 'nginx') return { ...common, file: findNginx(), args: words };
  const traces = trace ? `${root}/run/traces` : undefined;
  if (traces !== undefined) words.push('--trace', traces);
  const instructions = JSON.stringify({ folder: root, words });
  return {
    ...common,
    file: process.execPath,
    args: [...confinement(common.environment), reference, ...words],
    instructions,
    ...(traces !== undefined && { traces }),
  };
}

function environment({ PATH, TMPDIR, NODE_COMPILE_CACHE }: ServerCommand['environment']): ServerCommand['environment'] {
  return { PATH, TMPDIR, NODE_COMPILE_CACHE };
}
