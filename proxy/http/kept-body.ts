import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Exchange, RequestBody } from './exchange.ts';

const PIECE = 65_536;

/** Where the bytes of a body that was read are: in memory, or in a file without a name. */
interface Store {
  readonly chunks: readonly Buffer[];
  readonly file: number | undefined;
  readonly size: number;
  /** How many bodies read from it. */
  readers: number;
}

/** A body that was read once, and can be read again by any number of readers, each with a `KeptBody` of its own. */
export class KeptBody implements RequestBody {
  readonly length: number;
  readonly #store: Store;
  #at = 0;
  #chunk = 0;
  #paused = false;
  #onData: ((chunk: Buffer) => void) | undefined;
  #onEnd: (() => void) | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.length = store.size;
    store.readers++;
  }

  /** Lets go of the bytes; the last one to do so takes the file away. */
  close(): void {
    const { file } = this.#store;
    if (--this.#store.readers === 0 && file !== undefined) closeSync(file);
  }

  /** The same body for another reader, who closes it. */
  again(): KeptBody {
    return new KeptBody(this.#store);
  }

  start(onData: (chunk: Buffer) => void, onEnd: () => void): void {
    this.#onData = onData;
    this.#onEnd = onEnd;
    this.#pump();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#pump();
  }

  #pump(): void {
    while (!this.#paused && this.#onData !== undefined) {
      const chunk = this.#next();
      if (chunk === undefined) {
        this.#onData = undefined;
        this.#onEnd?.();
      } else this.#onData(chunk);
    }
  }

  #next(): Buffer | undefined {
    const { file, chunks, size } = this.#store;
    if (file === undefined) return chunks[this.#chunk++];
    const piece = Buffer.allocUnsafe(Math.min(PIECE, size - this.#at));
    const count = piece.length === 0 ? 0 : readSync(file, piece, 0, piece.length, this.#at);
    this.#at += count;
    return count === 0 ? undefined : piece.subarray(0, count);
  }
}

/**
 * Reads the exchange's whole body, puts one in its place that can be read again, and calls `onReady`. What is over
 * `most` bytes goes to a temporary file, which is gone when the exchange has ended and nobody reads any more.
 */
export function keepBody(
  exchange: Exchange,
  most: number,
  onReady: () => void,
  onError: (status: number) => void,
): void {
  let chunks: Buffer[] = [];
  let size = 0;
  let file: number | undefined;
  exchange.body.start(
    (chunk) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= most && file === undefined) return;
      file ??= namelessFile();
      for (const piece of chunks) for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
      chunks = [];
    },
    () => {
      const body = new KeptBody({ chunks, file, size, readers: 0 });
      exchange.atEnd(() => body.close());
      exchange.body = body;
      onReady();
    },
    (status) => {
      if (file !== undefined) closeSync(file);
      onError(status);
    },
  );
}

function namelessFile(): number {
  const name = path.join(tmpdir(), `nginx-kept-${process.pid}-${Math.random().toString(36).slice(2)}`);
  const file = openSync(name, 'wx+', 0o600);
  try {
    unlinkSync(name);
  } catch {
    // Windows keeps the name of an open file; the system's own cleaning takes it away.
  }
  return file;
}
