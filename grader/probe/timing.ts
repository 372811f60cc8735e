import { setTimeout as delay } from 'node:timers/promises';

/** Waits so many ms, or until `signal` ends, which throws. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal });
}

/**
 * Asks again and again until `accept` likes the answer, or `timeLimit` ms are over; returns the last answer either way.
 * The pauses grow from 10 ms to 250 ms, so that what is quick is seen quickly and what is slow costs few requests.
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  accept: (answer: T) => boolean,
  timeLimit: number,
  signal: AbortSignal,
): Promise<T> {
  const end = performance.now() + timeLimit;
  for (let wait = 10; ; wait = Math.min(250, wait * 1.5)) {
    const answer = await ask();
    const left = end - performance.now();
    if (accept(answer) || left <= 0) return answer;
    await pause(Math.min(wait, left), signal);
  }
}
