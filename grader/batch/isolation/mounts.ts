import { lstatSync, readlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this project, with all that a graded program must not see. */
export const project = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');

/** What a graded program sees of /etc, where it is there. */
const etc = [
  'alternatives',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'php',
  'ssl/certs',
  'ssl/openssl.cnf',
];

/** Arguments of bubblewrap for the programs and libraries of this machine, and nothing else of it. */
export function systemMounts(): string[] {
  return [
    ['--ro-bind', '/usr', '/usr'],
    ...[project, homedir()].filter((folder) => folder.startsWith('/usr/')).map((folder) => ['--tmpfs', folder]),
    ...['bin', 'sbin', 'lib', 'lib32', 'lib64'].map((name) => merged(`/${name}`)),
    // Folders that bubblewrap makes for others are its user's alone.
    ...['/etc', '/etc/ssl', '/workbook', '/workbook/bin', '/workbook/cache'].map((folder) => ['--dir', folder]),
    ...etc.map((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
  ].flat();
}

/** /bin and its like are links into /usr on most systems of today, and folders on others. */
function merged(folder: string): string[] {
  const facts = lstatSync(folder, { throwIfNoEntry: false });
  if (facts === undefined) return [];
  return facts.isSymbolicLink() ? ['--symlink', readlinkSync(folder), folder] : ['--ro-bind', folder, folder];
}

/** Files of /etc as a machine with nobody's accounts has them. */
export function ownEtc(user: number, group: number): Readonly<Record<string, string>> {
  return {
    passwd: `root:x:0:0::/:/bin/sh\nstudent:x:${user}:${group}::/tmp:/bin/sh\n`,
    group: `root:x:0:\nstudent:x:${group}:\n`,
    hosts: '127.0.0.1 localhost\n::1 localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  };
}

/** The path inside for one outside, by a table of places; others are the same on both sides. */
export function translate(places: ReadonlyMap<string, string>, outside: string): string {
  for (const [from, to] of places) {
    if (outside === from || outside.startsWith(from + path.sep)) return to + outside.slice(from.length);
  }
  return outside;
}
