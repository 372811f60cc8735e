import { roomIn, slabSize } from './shared-zones.ts';
import type { ZoneContents } from './zone-keeper.ts';

/** Bytes of an entry without its key on a 64-bit machine. */
const ENTRY = 36;

type Saved = readonly (readonly [holder: number, key: string, count: number])[];

/** How many requests of each key are being answered, for `limit_conn`, and on whose behalf. Source: ngx_http_limit_conn_module.c. */
export class ConnectionCounts implements ZoneContents {
  readonly #counts = new Map<string, number>();
  readonly #held = new Map<number, Map<string, number>>();
  #room: number;

  /** `size`: bytes of the zone. */
  constructor(size: number) {
    this.#room = roomIn(size) - slabSize(ENTRY);
  }

  /** One more, unless there are `most` already or there is no room for another key. */
  take(holder: number, key: string, most: number): 'taken' | 'busy' | 'full' {
    const count = this.#counts.get(key) ?? 0;
    if (count >= most) return 'busy';
    if (count === 0 && slabSize(ENTRY + key.length) > this.#room) return 'full';
    this.#add(holder, key, 1);
    return 'taken';
  }

  release(holder: number, key: string): void {
    const held = this.#held.get(holder);
    const own = held?.get(key) ?? 0;
    if (own === 0) return;
    if (own > 1) held!.set(key, own - 1);
    else held!.delete(key);
    this.#remove(key, 1);
  }

  letGo(holder: number): void {
    for (const [key, count] of this.#held.get(holder) ?? []) this.#remove(key, count);
    this.#held.delete(holder);
  }

  save(): Saved {
    return [...this.#held].flatMap(([holder, held]) => [...held].map(([key, count]) => [holder, key, count] as const));
  }

  load(saved: Saved): void {
    for (const holder of [...this.#held.keys()]) this.letGo(holder);
    for (const [holder, key, count] of saved) this.#add(holder, key, count);
  }

  #add(holder: number, key: string, added: number): void {
    const count = this.#counts.get(key) ?? 0;
    if (count === 0) this.#room -= slabSize(ENTRY + key.length);
    this.#counts.set(key, count + added);
    const held = this.#held.get(holder) ?? new Map<string, number>();
    this.#held.set(holder, held.set(key, (held.get(key) ?? 0) + added));
  }

  #remove(key: string, count: number): void {
    const left = this.#counts.get(key)! - count;
    if (left > 0) {
      this.#counts.set(key, left);
      return;
    }
    this.#counts.delete(key);
    this.#room += slabSize(ENTRY + key.length);
  }
}
