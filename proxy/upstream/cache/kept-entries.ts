import { statSync } from 'node:fs';
import { KeptAnswer } from '../../http/kept-answer.ts';
import { type Kept, SecondChance } from '../../http/second-chance.ts';
import type { ResponseHead } from '../response-head.ts';
import type { EntryHead } from './entry.ts';

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
}

/** An answer of the cache, as it was read from its file. */
export interface KeptEntry extends Kept {
  readonly digest: string;
  readonly head: EntryHead;
  readonly answer: StoredAnswer;
  readonly identity: FileIdentity;
}

/**
 * Small answers that were read from the cache's files, so that the next request only has to look whether the file is
 * still the same: opening, reading and closing it costs more than all the rest of a hit.
 */
export class KeptEntries {
  readonly #entries = new Map<string, KeptEntry>();
  readonly #kept = new SecondChance<KeptEntry>(MOST_BYTES, MOST_ENTRIES, ({ digest }) => this.#entries.delete(digest));

  /** What is kept under a digest, if the file is still the one that was read. */
  find(digest: string, file: string): KeptEntry | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    const now = statSync(file, { throwIfNoEntry: false });
    const { ino, size, mtimeMs } = entry.identity;
    if (now?.ino !== ino || now.size !== size || now.mtimeMs !== mtimeMs) {
      this.#kept.drop(entry);
      return undefined;
    }
    entry.wanted = true;
    return entry;
  }

  /** Keeps an answer, if there is room; either way it can be sent. */
  keep(digest: string, head: EntryHead, body: Buffer, { ino, size, mtimeMs }: FileIdentity): StoredAnswer {
    const answer = new StoredAnswer(body);
    this.forget(digest);
    if (!this.#kept.makeRoom(body.length)) return answer;
    const identity = { ino, size, mtimeMs };
    const entry = { digest, head, answer, identity, size: body.length, wanted: false, readers: 0 };
    this.#entries.set(digest, entry);
    this.#kept.add(entry);
    return answer;
  }

  forget(digest: string): void {
    const entry = this.#entries.get(digest);
    if (entry !== undefined) this.#kept.drop(entry);
  }
}
