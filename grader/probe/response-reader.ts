/** Largest head of an answer, in bytes, before reading stops. */
export const headLimit = 64 * 1024;
/** Largest body of an answer, in bytes, before reading stops. */
export const bodyLimit = 16 * 1024 * 1024;

/** Most answers with a 1xx status before the one that counts. */
const interimLimit = 100;

/** What a server answered, as it came over the wire. */
export interface ReadResponse {
  readonly status: number;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  /** Whether another request may follow on the same connection. */
  readonly reusable: boolean;
}

/** The server sent something that is no HTTP/1 answer, or too much of it. */
export class BadResponse extends Error {}

type State = 'head' | 'length' | 'chunk size' | 'chunk data' | 'chunk end' | 'trailer' | 'until close' | 'done';

/**
 * Reads one answer (RFC 9112) from bytes as they come, whatever their borders, in bounded memory.
 * Answers with a 1xx status are passed over. Throws BadResponse.
 */
export class ResponseReader {
  #buffer: Buffer = Buffer.alloc(0);
  #state: State = 'head';
  #left = 0;
  #size = 0;
  #trailer = 0;
  #interim = 0;
  readonly #pieces: Buffer[] = [];
  readonly #withoutBody: boolean;
  #head: Omit<ReadResponse, 'body' | 'reusable'> | undefined;
  #close = false;
  #started = false;

  /** `method` is the request's: an answer to HEAD has no body. */
  constructor(method: string) {
    this.#withoutBody = method === 'HEAD';
  }

  /** Whether a byte has come. */
  get started(): boolean {
    return this.#started;
  }

  /** Takes the next bytes; returns the answer once it is complete. */
  push(bytes: Buffer): ReadResponse | undefined {
    this.#started = true;
    this.#buffer = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes]);
    while (this.#step());
    return this.#state === 'done' ? this.#answer() : undefined;
  }

  /** The connection was closed; returns the answer if that is its end. */
  end(): ReadResponse | undefined {
    if (this.#state !== 'until close') return undefined;
    this.#close = true;
    return this.#answer();
  }

  #answer(): ReadResponse {
    if (this.#head === undefined) throw new BadResponse('no answer');
    return { ...this.#head, body: Buffer.concat(this.#pieces), reusable: !this.#close && this.#buffer.length === 0 };
  }

  /** One step forward; false when more bytes are needed. */
  #step(): boolean {
    switch (this.#state) {
      case 'head':
        return this.#readHead();
      case 'length':
      case 'chunk data':
        return this.#readCounted();
      case 'until close':
        this.#keep(this.#buffer);
        this.#buffer = Buffer.alloc(0);
        return false;
      case 'chunk size':
        return this.#readLine((line) => {
          const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(line)?.[1];
          if (size === undefined) throw new BadResponse(`malformed: chunk size ${JSON.stringify(line.slice(0, 40))}`);
          this.#left = Number.parseInt(size, 16);
          this.#state = this.#left === 0 ? 'trailer' : 'chunk data';
        });
      case 'chunk end':
        return this.#readLine((line) => {
          if (line !== '') throw new BadResponse('malformed: a chunk is longer than its size');
          this.#state = 'chunk size';
        });
      case 'trailer':
        return this.#readLine((line) => {
          this.#trailer += line.length;
          if (this.#trailer > headLimit) throw new BadResponse('trailers larger than 64 KiB');
          if (line === '') this.#state = 'done';
        });
      case 'done':
        return false;
    }
  }

  #readHead(): boolean {
    const end = headEnd(this.#buffer);
    if ((end < 0 ? this.#buffer.length : end) > headLimit) throw new BadResponse('headers larger than 64 KiB');
    if (end < 0) {
      const start = this.#buffer.toString('latin1', 0, 5);
      if (!'HTTP/'.startsWith(start)) throw malformed(this.#buffer);
      return false;
    }
    const lines = this.#buffer.toString('latin1', 0, end).split(/\r?\n/);
    this.#buffer = this.#buffer.subarray(end);
    const first = /^HTTP\/(1\.[01]) (\d{3})(?: .*)?$/.exec(lines[0] ?? '');
    if (!first) throw malformed(Buffer.from(lines[0] ?? '', 'latin1'));
    const status = Number(first[2]);
    if (status >= 100 && status < 200 && status !== 101) {
      if (++this.#interim > interimLimit) throw new BadResponse(`malformed: more than ${interimLimit} interim answers`);
      return true;
    }
    const rawHeaders: string[] = [];
    for (const line of lines.slice(1)) {
      if (line === '') continue;
      const field = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
      if (!field) throw new BadResponse(`malformed header line ${JSON.stringify(line.slice(0, 80))}`);
      rawHeaders.push(field[1]!, field[2]!);
    }
    this.#head = { status, httpVersion: first[1]!, rawHeaders };
    this.#frame(status, first[1]!, rawHeaders);
    return this.#state !== 'done';
  }

  /** How the body ends: RFC 9112, section 6.3. */
  #frame(status: number, version: string, rawHeaders: readonly string[]): void {
    const connection = headerValue(rawHeaders, 'connection')?.toLowerCase() ?? '';
    this.#close = connection.includes('close') || (version === '1.0' && !connection.includes('keep-alive'));
    if (this.#withoutBody || status === 204 || status === 304 || status === 101) {
      this.#state = 'done';
      return;
    }
    const coding = headerValue(rawHeaders, 'transfer-encoding');
    const length = headerValue(rawHeaders, 'content-length');
    if (coding !== undefined) {
      if (length !== undefined) throw new BadResponse('malformed: Content-Length beside Transfer-Encoding');
      this.#state = /chunked$/i.test(coding) ? 'chunk size' : 'until close';
    } else if (length === undefined) {
      this.#state = 'until close';
    } else {
      const [value, ...others] = length.split(', ');
      if (!/^\d{1,15}$/.test(value!) || others.some((other) => other !== value)) {
        throw new BadResponse(`malformed: Content-Length ${JSON.stringify(length.slice(0, 40))}`);
      }
      this.#left = Number(value);
      if (this.#left > bodyLimit) throw new BadResponse('a body larger than 16 MiB');
      this.#state = this.#left === 0 ? 'done' : 'length';
    }
  }

  #readCounted(): boolean {
    if (this.#buffer.length === 0) return false;
    const piece = this.#buffer.subarray(0, this.#left);
    this.#keep(piece);
    this.#buffer = this.#buffer.subarray(piece.length);
    this.#left -= piece.length;
    if (this.#left > 0) return false;
    this.#state = this.#state === 'length' ? 'done' : 'chunk end';
    return true;
  }

  #readLine(take: (line: string) => void): boolean {
    const end = this.#buffer.indexOf(10);
    if (end < 0) {
      if (this.#buffer.length > headLimit) throw new BadResponse('malformed: an endless line');
      return false;
    }
    const line = this.#buffer.toString('latin1', 0, end).replace(/\r$/, '');
    this.#buffer = this.#buffer.subarray(end + 1);
    take(line);
    return true;
  }

  #keep(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > bodyLimit) throw new BadResponse('a body larger than 16 MiB');
    if (piece.length > 0) this.#pieces.push(piece);
  }
}

function malformed(bytes: Buffer): BadResponse {
  return new BadResponse(`malformed: not an HTTP answer, it begins ${JSON.stringify(bytes.toString('latin1', 0, 60))}`);
}

/** Offset after the empty line that ends a head, or -1. */
function headEnd(buffer: Buffer): number {
  for (let at = buffer.indexOf(10); at >= 0 && at <= headLimit; at = buffer.indexOf(10, at + 1)) {
    if (buffer[at + 1] === 10) return at + 2;
    if (buffer[at + 1] === 13 && buffer[at + 2] === 10) return at + 3;
  }
  return -1;
}

/** All values of a header joined with ", ", or undefined. */
function headerValue(rawHeaders: readonly string[], name: string): string | undefined {
  const values: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.toLowerCase() === name) values.push(rawHeaders[i + 1]!);
  }
  return values.length === 0 ? undefined : values.join(', ');
}
