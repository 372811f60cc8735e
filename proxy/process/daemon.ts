import { spawn } from 'node:child_process';
import { environmentFor } from './role.ts';

/**
 * `daemon on`: starts this program again in a session of its own, shows what it says until it serves, and leaves it
 * alone. Resolves with the exit code of the command.
 */
export function startDaemon(): Promise<number> {
  const daemon = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: environmentFor('daemon'),
  });
  daemon.stderr!.pipe(process.stderr);
  return new Promise((resolve) => {
    daemon.once('message', () => {
      daemon.disconnect();
      daemon.stderr!.destroy();
      daemon.unref();
      resolve(0);
    });
    daemon.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Tells the command that started this daemon that it serves; from now on it stands alone. */
export function daemonServes(): void {
  process.send?.('serving', () => process.disconnect?.());
}
