import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type EntryFacts, encodeEntryHead, encodeNumbers, numbersAt } from './entry.ts';

/**
 * Writes one answer as it comes, beside its place and under a temporary name; it appears in its place whole, in one
 * step, or not at all: a process killed in the middle leaves a file that the next start removes. All methods throw
 * what the file system throws.
 */
export class EntryWriter {
  readonly #file: string;
  readonly #temporary: string;
  readonly #facts: EntryFacts;
  readonly #headLength: number;
  readonly #descriptor: number;
  #bodyLength = 0;
  #open = true;

  /** `number` is another one for each writer of this process. */
  constructor(file: string, number: number, key: string, facts: EntryFacts, head: string) {
    this.#file = file;
    this.#facts = facts;
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    this.#temporary = `${file}.${process.pid}.${number}.tmp`;
    this.#descriptor = openSync(this.#temporary, 'wx', 0o600);
    const bytes = encodeEntryHead(key, facts, head, 0);
    this.#headLength = bytes.length;
    this.#writeAll(bytes);
  }

  write(chunk: Buffer): void {
    this.#bodyLength += chunk.length;
    this.#writeAll(chunk);
  }

  /** Puts the answer in its place; returns the bytes of its file. */
  commit(): number {
    writeSync(this.#descriptor, encodeNumbers(this.#facts, this.#bodyLength), 0, undefined, numbersAt);
    this.#close();
    renameSync(this.#temporary, this.#file);
    return this.#headLength + this.#bodyLength;
  }

  /** Leaves nothing. */
  discard(): void {
    if (!this.#open) return;
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    this.#open = false;
    closeSync(this.#descriptor);
  }

  #writeAll(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
  }
}
