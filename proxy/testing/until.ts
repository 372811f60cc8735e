import { setTimeout as delay } from 'node:timers/promises';

/** ms that a test waits for one thing; what takes longer has hung, even on a machine that is busy with ten others. */
export const PATIENCE = 60_000;

/**
 * Resolves once the condition holds. After `PATIENCE` it throws, and says what was waited for and what `state` tells of
 * how far it came.
 */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  state: () => string = () => '',
): Promise<void> {
  for (const end = performance.now() + PATIENCE; performance.now() < end; await delay(5)) if (await condition()) return;
  throw new Error(`waited ${PATIENCE / 1000} s until ${what}\n${state()}`);
}

/** What `promise` gives; after `PATIENCE` it rejects, and says what was waited for and what `state` tells. */
export async function within<T>(what: string, promise: Promise<T>, state: () => string = () => ''): Promise<T> {
  const over = new AbortController();
  const late = delay(PATIENCE, undefined, { signal: over.signal }).then(() => {
    throw new Error(`waited ${PATIENCE / 1000} s for ${what}\n${state()}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}
