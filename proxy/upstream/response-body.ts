/** Takes the framing off an upstream's response body. One for each response. Source: RFC 9112, 6 and 7. */
export interface BodyReader {
  /**
   * Reads bytes from `start`; calls `onData` with ranges of the same buffer. Returns where it stopped: before `end`
   * only when the body is complete there.
   */
  read(bytes: Buffer, start: number, end: number, onData: (start: number, end: number) => void): number;
  readonly complete: boolean;
  /** The framing can't be understood. */
  readonly broken: boolean;
  /** The end of the connection is the end of the body. */
  readonly untilClose: boolean;
}

/** A body of a known length. */
export class LengthReader implements BodyReader {
  readonly broken = false;
  readonly untilClose = false;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get complete(): boolean {
    return this.#left === 0;
  }

  read(_bytes: Buffer, start: number, end: number, onData: (start: number, end: number) => void): number {
    const stop = Math.min(end, start + this.#left);
    this.#left -= stop - start;
    if (stop > start) onData(start, stop);
    return stop;
  }
}

/** A body that ends with the connection. */
export class CloseReader implements BodyReader {
  readonly complete = false;
  readonly broken = false;
  readonly untilClose = true;

  read(_bytes: Buffer, start: number, end: number, onData: (start: number, end: number) => void): number {
    if (end > start) onData(start, end);
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
  #place: Place = 'size';
  #left = 0;
  #digits = 0;

  get complete(): boolean {
    return this.#place === 'done';
  }

  get broken(): boolean {
    return this.#place === 'broken';
  }

  read(bytes: Buffer, start: number, end: number, onData: (start: number, end: number) => void): number {
    let at = start;
    while (at < end && this.#place !== 'done' && this.#place !== 'broken') {
      if (this.#place === 'data') {
        const stop = Math.min(end, at + this.#left);
        onData(at, stop);
        this.#left -= stop - at;
        at = stop;
        if (this.#left === 0) this.#place = 'data-end';
      } else {
        this.#place = this.#step(bytes[at++]!);
      }
    }
    return at;
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
