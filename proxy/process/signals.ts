/** What obeys signals: a master, one of its workers, or a process that is both. */
export interface Controlled {
  /** Ends now. */
  terminate(): Promise<void>;
  /** Ends when everything that has begun is answered. */
  quit(): Promise<void>;
  reopenLogs(): void;
  reload?(): Promise<void>;
  retireWorkers?(): void;
  upgrade?(): void;
}

/** nginx's signals; those that mean nothing to `controlled` are ignored, as nginx's workers do. Source: https://nginx.org/en/docs/control.html */
export function obeySignals(controlled: Controlled): void {
  const end = (): never => process.exit(0);
  const terminate = (): void => void controlled.terminate().then(end);
  process.on('SIGTERM', terminate);
  process.on('SIGINT', terminate);
  process.on('SIGQUIT', () => void controlled.quit().then(end));
  process.on('SIGHUP', () => void controlled.reload?.());
  process.on('SIGUSR1', () => controlled.reopenLogs());
  process.on('SIGWINCH', () => controlled.retireWorkers?.());
  process.on('SIGUSR2', () => controlled.upgrade?.());
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
