import { roomIn, slabSize } from './shared-zones.ts';

/** How many requests of each key are being answered, for `limit_conn`. Kept by one process here; workers that share one have it behind these calls. */
export interface ConnectionCounts {
  /** One more, unless there are `most` already or there is no room for another key. */
  take(key: string, most: number): 'taken' | 'busy' | 'full';
  release(key: string): void;
}

/** Bytes of an entry without its key on a 64-bit machine. */
const ENTRY = 36;

/** Source: ngx_http_limit_conn_module.c. */
export class LocalConnectionCounts implements ConnectionCounts {
  readonly #counts = new Map<string, number>();
  #room: number;

  /** `size`: bytes of the zone. */
  constructor(size: number) {
    this.#room = roomIn(size) - slabSize(ENTRY);
  }

  take(key: string, most: number): 'taken' | 'busy' | 'full' {
    const count = this.#counts.get(key);
    if (count === undefined) {
      const bytes = slabSize(ENTRY + key.length);
      if (bytes > this.#room) return 'full';
      this.#room -= bytes;
    } else if (count >= most) return 'busy';
    this.#counts.set(key, (count ?? 0) + 1);
    return 'taken';
  }

  release(key: string): void {
    const count = this.#counts.get(key);
    if (count === undefined) return;
    if (count > 1) this.#counts.set(key, count - 1);
    else {
      this.#counts.delete(key);
      this.#room += slabSize(ENTRY + key.length);
    }
  }
}
