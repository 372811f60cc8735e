import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { decodeEntryHead, type EntryFacts, type EntryHead, encodeNumbers, numbersAt } from './entry.ts';

/** Files up to this many bytes are read in one go. */
const FIRST_READ = 65_536;
const MOST_HEAD = 1024 * 1024;

/** An answer on disk, held open: it stays readable when its file is replaced or removed meanwhile. */
export class EntryReader {
  readonly head: EntryHead;
  readonly size: number;
  readonly #file: string;
  readonly #inode: number;
  /** The body, when the first read brought all of it. */
  readonly body: Buffer | undefined;
  #descriptor: number;

  private constructor(file: string, descriptor: number, inode: number, size: number, head: EntryHead, bytes: Buffer) {
    this.#file = file;
    this.#descriptor = descriptor;
    this.#inode = inode;
    this.size = size;
    this.head = head;
    this.body = bytes.length === size ? bytes.subarray(head.bodyStart) : undefined;
    if (this.body !== undefined) this.close();
  }

  /** Opens a file; `undefined` when it isn't there or isn't a whole entry. Throws what the file system throws otherwise. */
  static open(file: string): EntryReader | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(file, 'r');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
    try {
      const { size, ino } = fstatSync(descriptor);
      let bytes = readUpTo(descriptor, Math.min(size, FIRST_READ));
      let head = decodeEntryHead(bytes, size);
      if (head === undefined && size > FIRST_READ) {
        bytes = readUpTo(descriptor, Math.min(size, MOST_HEAD));
        head = decodeEntryHead(bytes, size);
      }
      if (head !== undefined) return new EntryReader(file, descriptor, ino, size, head, bytes);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    closeSync(descriptor);
    return undefined;
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

function readUpTo(descriptor: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  while (at < length) {
    const read = readSync(descriptor, bytes, at, length - at, at);
    if (read === 0) break;
    at += read;
  }
  return at === length ? bytes : bytes.subarray(0, at);
}
