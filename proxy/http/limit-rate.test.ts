import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HttpExchange } from './http-exchange.ts';
import { RateLimit } from './limit-rate.ts';

const RATE = 1000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Bytes of a large answer that go at once when its first piece comes so many ms after the request, which came 5 ms before a second ended. */
function atOnce(waited: number): number {
  vi.setSystemTime(new Date('2026-11-25T10:00:00.995Z'));
  const exchange = { bytesSent: 0, startedAt: performance.now() };
  const write = (bytes: Buffer): boolean => {
    exchange.bytesSent += bytes.length;
    return true;
  };
  const limit = new RateLimit(exchange as HttpExchange, RATE, 0, { write, end: () => undefined }, () => undefined);
  vi.advanceTimersByTime(waited);
  limit.write(Buffer.alloc(10 * RATE));
  const { bytesSent } = exchange;
  limit.destroy();
  return bytesSent;
}

test('what is answered at once gets the bytes of one second, though the next begins meanwhile', () => {
  expect([0, 4, 6, 30].map(atOnce)).toEqual([RATE, RATE, RATE, RATE]);
});

test('what had to wait gets those of the seconds that began', () => {
  expect([200, 1_004, 1_006].map(atOnce)).toEqual([2 * RATE, 2 * RATE, 3 * RATE]);
});
