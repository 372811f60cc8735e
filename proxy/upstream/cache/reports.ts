import type { CacheZone } from './zone.ts';

/** ms between two reports of a process. */
export const REPORT_EVERY = 1000;

/** An answer that is on disk: its digest, the bytes of its file, and when it was asked for last (ms since 1970). */
export type KeptFile = readonly [digest: string, size: number, last: number];

/**
 * What a worker tells the process that manages the files of a cache: which answers it has stored and given, once a second
 * together, so that an answer from the cache costs no message.
 */
export class CacheReports {
  readonly #zone: CacheZone;
  readonly #tell: (kept: readonly KeptFile[]) => void;
  readonly #asked = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(zone: CacheZone, tell: (kept: readonly KeptFile[]) => void) {
    this.#zone = zone;
    this.#tell = tell;
  }

  /** An answer was asked for; `now` in ms since 1970. */
  asked(digest: string, now: number): void {
    this.#asked.set(digest, now);
    this.#timer ??= setTimeout(() => this.flush(), REPORT_EVERY).unref();
  }

  /** Tells what there is to tell. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kept: KeptFile[] = [];
    for (const [digest, last] of this.#asked) {
      const node = this.#zone.nodes.get(digest);
      if (node?.exists) kept.push([digest, node.size, last]);
    }
    this.#asked.clear();
    if (kept.length > 0) this.#tell(kept);
    this.#zone.forgetInactive(Date.now());
  }
}
