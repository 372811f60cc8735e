import { statSync } from 'node:fs';
import type { CacheFacts } from '../../http/exchange.ts';
import { KeptAnswer } from '../../http/kept-answer.ts';
import { type Kept, SecondChance } from '../../http/second-chance.ts';
import { turns } from '../../http/turns.ts';
import type { ResponseHead } from '../response-head.ts';
import type { EntryHead } from './entry.ts';
import type { SteadyHead } from './steady-head.ts';

/** Bytes of all bodies of a zone that are kept in memory, and how many. */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_ENTRIES = 10_000;

/** What tells a file from the one that takes its place: inode, bytes, and milliseconds since 1970. */
export interface FileIdentity {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}

/** A small answer in memory, with its head once that has been understood. */
export class StoredAnswer extends KeptAnswer {
  head: ResponseHead | undefined;
  /** What the head came to the last time. */
  steady: SteadyHead | undefined;
}

/** An answer of the cache, as it was read from its file. */
export interface KeptEntry extends Kept {
  readonly digest: string;
  readonly file: string;
  readonly head: EntryHead;
  readonly answer: StoredAnswer;
  readonly identity: FileIdentity;
  /** What variables say of a hit. */
  readonly hit: CacheFacts;
  /** The turn of the event loop in which its file was last found unchanged. */
  turn: number;
}

/**
 * Small answers that were read from the cache's files, so that the next request only has to look whether the file is
 * still the same: opening, reading and closing it costs more than all the rest of a hit. One look does for all requests of a
 * turn of the event loop.
 */
export class KeptEntries {
  readonly #entries = new Map<string, KeptEntry>();
  /** Those that are the same whoever asks, by their keys. */
  readonly #byKey = new Map<string, KeptEntry>();
  readonly #kept = new SecondChance<KeptEntry>(MOST_BYTES, MOST_ENTRIES, (entry) => {
    this.#entries.delete(entry.digest);
    if (this.#byKey.get(entry.head.key) === entry) this.#byKey.delete(entry.head.key);
  });

  /** What is kept under a digest, if the file is still the one that was read. */
  find(digest: string): KeptEntry | undefined {
    const entry = this.#entries.get(digest);
    return entry !== undefined && this.holds(entry) ? entry : undefined;
  }

  /** What is kept under a key for everybody, whether or not it still `holds`. */
  ofKey(key: string): KeptEntry | undefined {
    return this.#byKey.get(key);
  }

  /** Whether the file is still the one that was read; the entry is forgotten otherwise. */
  holds(entry: KeptEntry): boolean {
    entry.wanted = true;
    const turn = turns.number;
    if (entry.turn === turn) return true;
    const now = statSync(entry.file, { throwIfNoEntry: false });
    const { ino, size, mtimeMs } = entry.identity;
    if (now?.ino !== ino || now.size !== size || now.mtimeMs !== mtimeMs) {
      this.#kept.drop(entry);
      return false;
    }
    entry.turn = turn;
    return true;
  }

  /** Keeps an answer, if there is room; either way it can be sent. */
  keep(
    digest: string,
    file: string,
    head: EntryHead,
    body: Buffer,
    { ino, size, mtimeMs }: FileIdentity,
  ): StoredAnswer {
    const answer = new StoredAnswer(body);
    this.forget(digest);
    if (!this.#kept.makeRoom(body.length)) return answer;
    const identity = { ino, size, mtimeMs };
    const { lastModified, etag, vary } = head.facts;
    const hit = { status: 'HIT', lastModified, etag };
    const entry = { digest, file, head, answer, identity, hit, turn: -1, size: body.length, wanted: false, readers: 0 };
    this.#entries.set(digest, entry);
    if (vary === '') this.#byKey.set(head.key, entry);
    this.#kept.add(entry);
    return answer;
  }

  forget(digest: string): void {
    const entry = this.#entries.get(digest);
    if (entry !== undefined) this.#kept.drop(entry);
  }
}
