import type { Worker } from './worker.ts';

/** nginx's signals. Source: https://nginx.org/en/docs/control.html */
export function obeySignals(worker: Worker): void {
  const end = (): void => {
    worker.stop();
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGQUIT', () => void worker.quit().then(end));
  process.on('SIGHUP', () => void worker.reload());
  process.on('SIGUSR1', () => worker.reopenLogs());
  // A terminal that closes its pipe ends what is said, not the server.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
}

/** The signals behind `-s`. */
export const signalNames: Readonly<Record<string, NodeJS.Signals>> = {
  stop: 'SIGTERM',
  quit: 'SIGQUIT',
  reload: 'SIGHUP',
  reopen: 'SIGUSR1',
};
