import { closeSync, fstatSync, openSync, readSync, type Stats, writeSync } from 'node:fs';
import { decodeEntryHead, type EntryFacts, type EntryHead, encodeNumbers, numbersAt } from './entry.ts';
import type { FileIdentity, KeptEntries, StoredAnswer } from './kept-entries.ts';

/** Files up to this many bytes are read in one go. */
const FIRST_READ = 65_536;
const MOST_HEAD = 1024 * 1024;

/** An answer on disk, held open: it stays readable when its file is replaced or removed meanwhile. */
export class EntryReader {
  readonly head: EntryHead;
  /** Bytes of the file. */
  readonly size: number;
  readonly #file: string;
  readonly #inode: number;
  /** Head and body in memory, when the answer is small. */
  readonly answer: StoredAnswer | undefined;
  #descriptor: number;

  private constructor(
    file: string,
    descriptor: number,
    { ino, size }: FileIdentity,
    head: EntryHead,
    answer: StoredAnswer | undefined,
  ) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.#inode = ino;
    this.size = size;
    this.head = head;
    this.answer = answer;
  }

  /** Opens the file of a digest; `undefined` when it isn't there or isn't a whole entry. Throws what the file system throws otherwise. */
  static open(file: string, digest: string, kept: KeptEntries): EntryReader | undefined {
    const known = kept.find(digest);
    if (known !== undefined) return new EntryReader(file, -1, known.identity, known.head, known.answer);
    let descriptor: number;
    try {
      descriptor = openSync(file, 'r');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
    const { stats, bytes, head } = readHead(descriptor);
    if (head !== undefined && bytes.length < stats.size)
      return new EntryReader(file, descriptor, stats, head, undefined);
    closeSync(descriptor);
    if (head === undefined) return undefined;
    const answer = kept.keep(digest, file, head, bytes.subarray(head.bodyStart), stats);
    return new EntryReader(file, -1, stats, head, answer);
  }

  /** The body, when it is small. */
  get body(): Buffer | undefined {
    return this.answer?.body;
  }

  /** Hands the open file over to whoever sends (and closes) it. */
  takeDescriptor(): number {
    const descriptor = this.#descriptor;
    this.#descriptor = -1;
    return descriptor;
  }

  /** The answer was found unchanged: new times, unless the file has been replaced meanwhile. */
  renew(facts: EntryFacts): void {
    let descriptor: number;
    try {
      descriptor = openSync(this.#file, 'r+');
    } catch {
      return;
    }
    try {
      const now = fstatSync(descriptor);
      if (now.ino !== this.#inode || now.size !== this.size) return;
      writeSync(descriptor, encodeNumbers(facts, this.head.bodyLength), 0, undefined, numbersAt);
    } finally {
      closeSync(descriptor);
    }
  }

  close(): void {
    if (this.#descriptor < 0) return;
    closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
}

/** Reads the beginning of a file, all of it when it is small; closes the file when it can't be read. */
function readHead(descriptor: number): { stats: Stats; bytes: Buffer; head: EntryHead | undefined } {
  try {
    const stats = fstatSync(descriptor);
    const { size } = stats;
    const first = readUpTo(descriptor, Math.min(size, FIRST_READ));
    const head = decodeEntryHead(first, size);
    if (head !== undefined || size <= FIRST_READ) return { stats, bytes: first, head };
    const bytes = readUpTo(descriptor, Math.min(size, MOST_HEAD));
    return { stats, bytes, head: decodeEntryHead(bytes, size) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function readUpTo(descriptor: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  while (at < length) {
    const read = readSync(descriptor, bytes, at, length - at, at);
    if (read === 0) break;
    at += read;
  }
  return at === length ? bytes : bytes.subarray(0, at);
}
