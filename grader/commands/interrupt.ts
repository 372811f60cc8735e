import { exitCodes } from './usage.ts';

/**
 * A signal that ends with Ctrl-C (or the end of the session), and with `alsoUnread` when nobody reads stdout any more.
 * The second Ctrl-C doesn't wait for anything.
 * Call `release` when done, so that the signals mean again what they mean by default.
 */
export function onInterrupt({ alsoUnread = false } = {}): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort(new Error('interrupted'));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  const unread = (): void => controller.abort(new Error('nobody reads what is written'));
  if (alsoUnread) process.stdout.on('error', unread);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of signals) process.off(name, stop);
      process.stdout.off('error', unread);
    },
  };
}

/** Resolves when the signal ends. */
export function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
