import { roomIn, slabSize } from './shared-zones.ts';
import type { ZoneContents } from './zone-keeper.ts';

interface Seen {
  excess: number;
  last: number;
  readonly bytes: number;
}

/** Bytes of an entry without its key on a 64-bit machine. */
const ENTRY = 80;
/** Milliseconds after which an entry without excess may go. */
const FORGOTTEN = 60_000;

/** What is saved of a key. */
type Saved = readonly (readonly [key: string, excess: number, last: number])[];

/**
 * How often each key was seen, for `limit_req`: the leaky bucket of ngx_http_limit_req_module.c, in its integer
 * arithmetic; the least recently used key goes first when the zone is full.
 */
export class RequestRates implements ZoneContents {
  /** From the least to the most recently used. */
  readonly #seen = new Map<string, Seen>();
  #room: number;

  /** `size`: bytes of the zone. */
  constructor(size: number) {
    this.#room = roomIn(size) - slabSize(ENTRY);
  }

  /** The excess, in thousandths of a request, if a request came now (ms); it isn't counted yet. `rate`: thousandths a second. */
  excess(key: string, now: number, rate: number): number {
    const seen = this.#seen.get(key);
    if (seen === undefined) {
      this.#add(key, now, rate);
      return 0;
    }
    this.#seen.delete(key);
    this.#seen.set(key, seen);
    return excessOf(seen, now, rate);
  }

  /** Counts a request that `excess` was asked about, and returns its excess. */
  account(key: string, now: number, rate: number): number {
    const seen = this.#seen.get(key)!;
    const excess = excessOf(seen, now, rate);
    seen.excess = excess;
    // A clock that stands still for several requests must not lose what is between them.
    if (elapsed(now, seen.last) !== 0) seen.last = now;
    return excess;
  }

  /** Requests are over at once: nobody holds anything. */
  letGo(): void {}

  save(): Saved {
    return [...this.#seen].map(([key, { excess, last }]) => [key, excess, last] as const);
  }

  load(saved: Saved): void {
    for (const { bytes } of this.#seen.values()) this.#room += bytes;
    this.#seen.clear();
    for (const [key, excess, last] of saved) {
      const bytes = slabSize(ENTRY + key.length);
      this.#room -= bytes;
      this.#seen.set(key, { excess, last, bytes });
    }
  }

  #add(key: string, now: number, rate: number): void {
    this.#expire(now, rate, 2, false);
    const bytes = slabSize(ENTRY + key.length);
    if (bytes > this.#room) this.#expire(now, rate, 3, true);
    this.#room -= bytes;
    this.#seen.set(key, { excess: 0, last: Number.NEGATIVE_INFINITY, bytes });
  }

  /** Forgets up to `most` of the oldest keys that have no excess left; with `force` the very oldest in any case. */
  #expire(now: number, rate: number, most: number, force: boolean): void {
    let left = most;
    for (const [key, seen] of this.#seen) {
      if (left-- === 0) return;
      if (!force || left !== most - 1) {
        const idle = Math.abs(now - seen.last);
        if (idle < FORGOTTEN || seen.excess - Math.floor((rate * idle) / 1000) > 0) return;
      }
      this.#seen.delete(key);
      this.#room += seen.bytes;
    }
  }
}

function excessOf(seen: Seen, now: number, rate: number): number {
  if (seen.last === Number.NEGATIVE_INFINITY) return 0;
  return Math.max(0, seen.excess - Math.floor((rate * elapsed(now, seen.last)) / 1000) + 1000);
}

function elapsed(now: number, last: number): number {
  const milliseconds = now - last;
  return milliseconds < -60_000 ? 1 : Math.max(0, milliseconds);
}
