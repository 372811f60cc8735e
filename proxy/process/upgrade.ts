import { type ChildProcess, spawn } from 'node:child_process';
import { renameSync } from 'node:fs';
import { failedCall, systemPath } from '../config/index.ts';
import type { ListeningSockets } from './listening.ts';

/** Names the sockets that a new program takes over, as nginx's own variable does. */
const VARIABLE = 'NGINX';
/** The first file number after stdin, stdout and stderr. */
const FIRST = 3;

/** The sockets that an older program handed to this one; `undefined` when nobody did. */
export function takeInherited(): string | undefined {
  const list = process.env[VARIABLE];
  delete process.env[VARIABLE];
  return list;
}

/** Starts this program anew, from the files as they are now, with the listening sockets. Source: ngx_exec_new_binary. */
export function startSuccessor(listening: ListeningSockets): ChildProcess {
  const sockets = listening.all;
  const list = sockets.map(([text], i) => `${FIRST + i}=${encodeURIComponent(text)};`).join('');
  return spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', ...sockets.map(([, fd]) => fd)],
    env: { ...process.env, [VARIABLE]: list },
  });
}

/** The pid file of a program that has a successor. */
export function oldName(pidFile: string): string {
  return `${pidFile}.oldbin`;
}

/** Renames a pid file; why it could not be comes back, in nginx's words. */
export function renamePidFile(from: string, to: string): string | undefined {
  try {
    renameSync(systemPath(from), systemPath(to));
    return undefined;
  } catch (error) {
    return failedCall('rename', from, error).replace(`"${from}"`, `${from} to ${to}`);
  }
}
