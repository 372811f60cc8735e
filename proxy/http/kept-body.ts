import { type CollectedBody, collectBody } from './collected-body.ts';
import type { Exchange, RequestBody } from './exchange.ts';
import type { TemporaryPath } from './temporary-file.ts';

const PIECE = 65_536;

/** A body that was read, for several readers. */
interface Store extends CollectedBody {
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
  #closed = false;
  #onData: ((chunk: Buffer) => void) | undefined;
  #onEnd: (() => void) | undefined;

  constructor(store: Store) {
    this.#store = store;
    this.length = store.size;
    store.readers++;
  }

  /** The bytes themselves, for as long as this body isn't closed. */
  get collected(): CollectedBody {
    return this.#store;
  }

  /** Lets go of the bytes; the last one to do so takes the file away. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { file } = this.#store;
    if (--this.#store.readers === 0) file?.close();
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
    if (this.#at === size) return undefined;
    const piece = file.read(this.#at, PIECE);
    this.#at += piece.length;
    return piece;
  }
}

/**
 * Reads the exchange's whole body, puts one in its place that can be read again, and calls `onReady`. What is over
 * `most` bytes goes to a temporary file, which is gone when the exchange has ended and nobody reads any more.
 */
export function keepBody(
  exchange: Exchange,
  most: number,
  place: TemporaryPath,
  onReady: () => void,
  onError: (status: number) => void,
): void {
  collectBody(
    exchange,
    most,
    place,
    (collected) => {
      const body = new KeptBody({ ...collected, readers: 0 });
      exchange.atEnd(() => body.close());
      exchange.body = body;
      onReady();
    },
    onError,
  );
}
