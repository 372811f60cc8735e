import type { ResponseHead } from './response-head.ts';

/** Takes the framing off an upstream's response body. One for each response. Source: RFC 9112, 6 and 7. */
export interface BodyReader {
  /** Reads the bytes from `start` to `end`: what is body is moved together at `start`, and ends where this returns. */
  read(bytes: Buffer, start: number, end: number): number;
  readonly complete: boolean;
  /** Bytes have come after its end. */
  readonly surplus: boolean;
  /** The framing can't be understood. */
  readonly broken: boolean;
  /** Why, in nginx's words, where there is more than one reason. */
  readonly problem?: string | undefined;
  /** Whether the connection may carry another request once the body is complete; it may when not said. */
  readonly reusable?: boolean;
  /** The end of the connection is the end of the body. */
  readonly untilClose: boolean;
}

/** The reader for the body after this head; `bodyless` when there is none, whatever the head says. */
export function readerFor(head: ResponseHead, bodyless: boolean): BodyReader {
  if (bodyless) return new LengthReader(0);
  if (head.chunked) return new ChunkedReader();
  return head.contentLength === undefined ? new CloseReader() : new LengthReader(head.contentLength);
}

/** A body of a known length. */
export class LengthReader implements BodyReader {
  surplus = false;
  readonly broken = false;
  readonly untilClose = false;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get complete(): boolean {
    return this.#left === 0;
  }

  read(_bytes: Buffer, start: number, end: number): number {
    const stop = Math.min(end, start + this.#left);
    this.#left -= stop - start;
    if (stop < end) this.surplus = true;
    return stop;
  }
}

/** A body that ends with the connection. */
export class CloseReader implements BodyReader {
  readonly complete = false;
  readonly surplus = false;
  readonly broken = false;
  readonly untilClose = true;

  read(_bytes: Buffer, _start: number, end: number): number {
    return end;
  }
}

type Place =
  | 'size'
  | 'extension'
  | 'size-lf'
  | 'data'
  | 'data-end'
  | 'data-lf'
  | 'trailer'
  | 'trailer-line'
  | 'last-lf'
  | 'done'
  | 'broken';

/** A chunked body; extensions and trailers are dropped, as nginx drops them. */
export class ChunkedReader implements BodyReader {
  readonly untilClose = false;
  surplus = false;
  #place: Place = 'size';
  #left = 0;
  #digits = 0;

  get complete(): boolean {
    return this.#place === 'done';
  }

  get broken(): boolean {
    return this.#place === 'broken';
  }

  read(bytes: Buffer, start: number, end: number): number {
    let at = start;
    let to = start;
    while (at < end && this.#place !== 'done' && this.#place !== 'broken') {
      if (this.#place === 'data') {
        const stop = Math.min(end, at + this.#left);
        bytes.copyWithin(to, at, stop);
        to += stop - at;
        this.#left -= stop - at;
        at = stop;
        if (this.#left === 0) this.#place = 'data-end';
      } else {
        this.#place = this.#step(bytes[at++]!);
      }
    }
    if (at < end && this.complete) this.surplus = true;
    return to;
  }

  #step(byte: number): Place {
    switch (this.#place) {
      case 'size':
        return this.#size(byte);
      case 'extension':
        if (byte === 13) return 'size-lf';
        return byte === 10 ? this.#afterSize() : 'extension';
      case 'size-lf':
        return byte === 10 ? this.#afterSize() : 'broken';
      case 'data-end':
        if (byte === 13) return 'data-lf';
        return byte === 10 ? this.#nextChunk() : 'broken';
      case 'data-lf':
        return byte === 10 ? this.#nextChunk() : 'broken';
      case 'trailer':
        if (byte === 13) return 'last-lf';
        return byte === 10 ? 'done' : 'trailer-line';
      case 'trailer-line':
        return byte === 10 ? 'trailer' : 'trailer-line';
      case 'last-lf':
        return byte === 10 ? 'done' : 'broken';
      default:
        return 'broken';
    }
  }

  #nextChunk(): Place {
    this.#digits = 0;
    return 'size';
  }

  #size(byte: number): Place {
    const digit = hexadecimal(byte);
    if (digit >= 0) {
      this.#left = this.#left * 16 + digit;
      return ++this.#digits > 12 ? 'broken' : 'size';
    }
    if (this.#digits === 0) return 'broken';
    if (byte === 13) return 'size-lf';
    if (byte === 10) return this.#afterSize();
    return byte === 59 || byte === 32 || byte === 9 ? 'extension' : 'broken';
  }

  #afterSize(): Place {
    return this.#left === 0 ? 'trailer' : 'data';
  }
}

function hexadecimal(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
