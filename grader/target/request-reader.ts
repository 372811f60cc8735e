/** One request as its bytes say it. Text is latin1: a character is a byte. */
export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly rawHeaders: readonly string[];
  /** The first `keptBody` bytes. */
  readonly body: Buffer;
}

/** Largest request head, in bytes. */
const headLimit = 64 * 1024;
/** A body is kept up to this many bytes; what comes after is read and dropped. */
const keptBody = 8 * 1024 * 1024;

interface Head {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly rawHeaders: readonly string[];
}

/**
 * Reads requests from one connection. More forgiving than a server should be: this one is to record what the student's
 * server sent, raw bytes and spaces in the target included, where `node:http` would answer 400 and say nothing.
 * Throws when the bytes are no request at all.
 */
export class RequestReader {
  #buffer: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #left = 0;
  #chunked: 'size' | 'data' | 'end' | 'trailer' | undefined;
  #pieces: Buffer[] = [];
  #kept = 0;

  push(bytes: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
  }

  /** The next whole request, or undefined when more bytes are needed. `onExpect` is called when the client waits for 100. */
  next(onExpect: () => void): ReadRequest | undefined {
    if (this.#head === undefined && !this.#readHead(onExpect)) return undefined;
    if (!(this.#chunked === undefined ? this.#readCounted() : this.#readChunks())) return undefined;
    const request = { ...this.#head!, body: Buffer.concat(this.#pieces) };
    this.#head = undefined;
    this.#chunked = undefined;
    this.#pieces = [];
    this.#kept = 0;
    return request;
  }

  #readHead(onExpect: () => void): boolean {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if ((end < 0 ? this.#buffer.length : end) > headLimit) throw new Error('the request head is larger than 64 KiB');
    if (end < 0) return false;
    const [first = '', ...lines] = this.#buffer.toString('latin1', 0, end).split('\r\n');
    this.#buffer = this.#buffer.subarray(end + 4);
    const line = /^(\S+) (.*) (HTTP\/1\.[01])$/.exec(first);
    if (line === null) throw new Error('not a request line');
    const rawHeaders: string[] = [];
    for (const header of lines) {
      const colon = header.indexOf(':');
      if (colon > 0) rawHeaders.push(header.slice(0, colon), header.slice(colon + 1).trim());
    }
    this.#head = { method: line[1]!, target: line[2]!, version: line[3]!, rawHeaders };
    this.#left = Number(headerOf(rawHeaders, 'content-length') ?? 0) || 0;
    if (/chunked/i.test(headerOf(rawHeaders, 'transfer-encoding') ?? '')) this.#chunked = 'size';
    if (/100-continue/i.test(headerOf(rawHeaders, 'expect') ?? '')) onExpect();
    return true;
  }

  #readCounted(): boolean {
    const piece = this.#buffer.subarray(0, this.#left);
    this.#buffer = this.#buffer.subarray(piece.length);
    this.#left -= piece.length;
    if (piece.length > 0 && this.#kept < keptBody) this.#pieces.push(piece);
    this.#kept += piece.length;
    return this.#left === 0;
  }

  #readChunks(): boolean {
    for (;;) {
      if (this.#chunked === 'data') {
        if (!this.#readCounted()) return false;
        this.#chunked = 'end';
      }
      const end = this.#buffer.indexOf('\r\n');
      if (end > headLimit || (end < 0 && this.#buffer.length > headLimit)) throw new Error('an endless line');
      if (end < 0) return false;
      const line = this.#buffer.toString('latin1', 0, end);
      this.#buffer = this.#buffer.subarray(end + 2);
      if (this.#chunked === 'trailer' && line === '') return true;
      if (this.#chunked === 'end') this.#chunked = 'size';
      else if (this.#chunked === 'size') {
        this.#left = Number.parseInt(line, 16);
        if (!(this.#left >= 0)) throw new Error('not a chunk size');
        this.#chunked = this.#left === 0 ? 'trailer' : 'data';
      }
    }
  }
}

/** The first value of a header, by its lower-case name. */
export function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]!.toLowerCase() === name) return rawHeaders[i + 1];
  return undefined;
}
