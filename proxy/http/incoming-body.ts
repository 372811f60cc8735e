import type { RequestBody } from './exchange.ts';

const MOST_KEPT = 65536;

/** The side of the connection that a body needs. */
export interface BodySource {
  /** Somebody begins to read: send `100 Continue` to a client who expects it, whether its body has come or not. Source: ngx_http_test_expect. */
  bodyRead(): void;
  /** The body wants bytes (again): read the socket. */
  bodyWanted(): void;
  /** A reader learns that the body is larger than it may be: `before` bytes, and a chunk of `size`. */
  bodyTooLarge(before: number, size: number): void;
  /** Whoever reads or throws away learns that the coding is broken. */
  bodyInvalid(): void;
  /** Enough bytes are waiting: leave the socket alone. */
  bodyFull(): void;
}

/**
 * A request body between the socket and its reader: takes the framing off (Content-Length or chunked), and keeps
 * what arrived before the reader was ready. Source: RFC 9112, 6 and 7; ngx_http_parse_chunked.
 */
export class IncomingBody implements RequestBody {
  readonly length: number | undefined;
  /** All of it has arrived. */
  complete: boolean;
  /** It can't be understood any more; the connection has to go. */
  broken = false;
  /** Bytes received, framing taken off. */
  received = 0;
  /** The same with the framing. */
  #came = 0;
  #read = false;
  readonly #source: BodySource;
  readonly #chunks: ChunkedDecoder | undefined;
  #remaining: number;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #paused = false;
  #discarding = false;
  /** What to answer when it is broken. */
  errorStatus = 0;
  #onData: ((chunk: Buffer) => void) | undefined;
  #onEnd: (() => void) | undefined;
  #onError: ((status: number) => void) | undefined;
  #most = 0;
  /** The sizes of the chunks that began while nobody read. */
  readonly #early: number[] = [];
  /** Bytes of all chunks before the one that is arriving, and its own. */
  #before = 0;
  #size = 0;
  #toldInvalid = false;

  constructor(length: number | undefined, source: BodySource) {
    this.length = length;
    this.#source = source;
    this.#chunks = length === undefined ? new ChunkedDecoder() : undefined;
    this.#remaining = length ?? 0;
    this.complete = length === 0;
  }

  get bytesRead(): number {
    return this.#read ? this.#came : 0;
  }

  start(onData: (chunk: Buffer) => void, onEnd: () => void, onError: (status: number) => void): void {
    this.#read = true;
    this.#onData = onData;
    this.#onEnd = onEnd;
    this.#onError = onError;
    this.#source.bodyRead();
    this.#checkEarlyChunks();
    this.#flush();
    if (!this.complete && !this.#paused && !this.broken) this.#source.bodyWanted();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flush();
    if (!this.complete && !this.#paused && !this.broken) this.#source.bodyWanted();
  }

  /** Whether somebody (or nobody, on purpose) waits for bytes now. */
  get wanted(): boolean {
    return !this.complete && !this.broken && (this.#discarding || (this.#onData !== undefined && !this.#paused));
  }

  refusal(): number {
    if (!this.#invalid || this.#read) return 0;
    this.#tellInvalid();
    return this.errorStatus;
  }

  unreadable(): number {
    this.#checkEarlyChunks();
    if (!this.broken) return 0;
    this.#read = true;
    this.#source.bodyRead();
    this.#tellReason();
    return this.errorStatus;
  }

  get #invalid(): boolean {
    return this.broken && this.#chunks?.broken === true;
  }

  #tellReason(): void {
    if (this.errorStatus === 413) this.#source.bodyTooLarge(this.#before, this.#size);
    else if (this.#invalid) this.#tellInvalid();
  }

  #tellInvalid(): void {
    if (!this.#toldInvalid) this.#source.bodyInvalid();
    this.#toldInvalid = true;
  }

  /** From now on the bytes go nowhere: the answer was given without them. */
  discard(): void {
    this.#discarding = true;
    this.#onData = undefined;
    this.#onEnd = undefined;
    this.#onError = undefined;
    this.#kept = [];
    this.#keptBytes = 0;
    if (!this.complete && !this.broken) this.#source.bodyWanted();
  }

  /** Takes bytes from the connection; returns how many belong to the body. The buffer isn't kept. */
  receive(buffer: Buffer): number {
    if (this.#chunks === undefined) {
      const taken = Math.min(buffer.length, this.#remaining);
      this.#remaining -= taken;
      this.#came += taken;
      this.complete = this.#remaining === 0;
      this.#deliver(buffer, 0, taken);
      if (this.complete) this.#flush();
      return taken;
    }
    const taken = this.#chunks.feed(
      buffer,
      (size) => this.#announce(size),
      (start, end) => this.#deliver(buffer, start, end),
    );
    this.#came += taken;
    if (taken < 0) {
      this.#break(400);
      if (this.#discarding && this.#invalid) this.#tellInvalid();
      return buffer.length;
    }
    if (this.#chunks.done) {
      this.complete = true;
      this.#flush();
    }
    return taken;
  }

  /** The client is gone, or too slow: there will be no more. */
  #break(status: number): void {
    if (this.broken) return;
    this.broken = true;
    this.errorStatus = status;
    this.#flush();
  }

  fail(status: number): void {
    this.#break(status);
  }

  limit(most: number): void {
    this.#most = most;
  }

  /** A chunk begins: false when the body is larger with it than it may be. */
  #announce(size: number): boolean {
    this.#before += this.#size;
    this.#size = size;
    // Whoever doesn't read a body doesn't mind its size.
    if (this.#onData === undefined) {
      if (!this.#read && !this.#discarding) this.#early.push(size);
      return true;
    }
    return !this.#isTooLarge() || this.#refuseSize();
  }

  #isTooLarge(): boolean {
    return this.#most > 0 && this.#before + this.#size > this.#most;
  }

  #refuseSize(): false {
    this.#break(413);
    return false;
  }

  /** A chunk that was too large comes before whatever was wrong after it. */
  #checkEarlyChunks(): void {
    let before = 0;
    for (const size of this.#early.splice(0)) {
      if (this.#most > 0 && before + size > this.#most) {
        this.#before = before;
        this.#size = size;
        this.broken = true;
        this.errorStatus = 413;
        return;
      }
      before += size;
    }
  }

  #deliver(buffer: Buffer, start: number, end: number): void {
    if (end === start || this.broken) return;
    this.received += end - start;
    if (this.#discarding) return;
    const copy = Buffer.from(buffer.subarray(start, end));
    if (this.#onData !== undefined && !this.#paused && this.#kept.length === 0) {
      this.#onData(copy);
    } else {
      this.#kept.push(copy);
      this.#keptBytes += copy.length;
    }
    if (this.#keptBytes > MOST_KEPT || this.#paused) this.#source.bodyFull();
  }

  #flush(): void {
    if (this.#onData === undefined) return;
    while (this.#kept.length > 0 && !this.#paused) {
      const chunk = this.#kept.shift()!;
      this.#keptBytes -= chunk.length;
      this.#onData?.(chunk);
    }
    if (this.#kept.length > 0) return;
    if (this.broken) {
      const call = this.#onError;
      this.#settle();
      this.#tellReason();
      call?.(this.errorStatus);
    } else if (this.complete) {
      const call = this.#onEnd;
      this.#settle();
      call?.();
    }
  }

  #settle(): void {
    this.#onData = undefined;
    this.#onEnd = undefined;
    this.#onError = undefined;
  }
}

/** Past nginx's off_t: a chunk of that size is none. */
const LARGEST_SIZE = 2 ** 63;

/** Takes the chunked coding off, wherever reads happen to split it. Bare line feeds end lines, as in nginx. */
export class ChunkedDecoder {
  done = false;
  /** Something stood where it can't. */
  broken = false;
  #state:
    | 'size'
    | 'extension'
    | 'size line feed'
    | 'chunk'
    | 'data'
    | 'data end'
    | 'data line feed'
    | 'trailer'
    | 'trailer line'
    | 'trailer line feed'
    | 'last' = 'size';
  #size = 0;
  #digits = 0;

  /**
   * Calls `onChunk(size)` when a chunk begins to arrive, which may say that it isn't wanted, and `onData(start, end)` for
   * each stretch of data. Returns the bytes taken, -1 when the coding is broken or a chunk was refused.
   */
  feed(buffer: Buffer, onChunk: (size: number) => boolean, onData: (start: number, end: number) => void): number {
    let at = 0;
    while (at < buffer.length && !this.done) {
      if (this.#state === 'chunk') {
        if (!onChunk(this.#size)) return -1;
        this.#state = 'data';
      }
      if (this.#state === 'data') {
        const end = Math.min(buffer.length, at + this.#size);
        this.#size -= end - at;
        onData(at, end);
        at = end;
        if (this.#size === 0) this.#state = 'data end';
        continue;
      }
      if (this.#take(buffer[at++]!)) continue;
      this.broken = true;
      return -1;
    }
    return at;
  }

  /** One byte outside of data; false when it can't stand there. */
  #take(byte: number): boolean {
    switch (this.#state) {
      case 'size': {
        const digit = hexDigit(byte);
        if (digit >= 0) {
          this.#digits++;
          this.#size = this.#size * 16 + digit;
          return this.#size < LARGEST_SIZE;
        }
        if (this.#digits === 0) return false;
        if (byte === 13) this.#state = 'size line feed';
        else if (byte === 10) this.#sizeRead();
        else if (byte === 59 || byte === 32 || byte === 9) this.#state = 'extension';
        else return false;
        return true;
      }
      case 'extension':
        if (byte === 13) this.#state = 'size line feed';
        else if (byte === 10) this.#sizeRead();
        return true;
      case 'size line feed':
        if (byte !== 10) return false;
        this.#sizeRead();
        return true;
      case 'data end':
        if (byte === 13) this.#state = 'data line feed';
        else if (byte === 10) this.#nextChunk();
        else return false;
        return true;
      case 'data line feed':
        if (byte !== 10) return false;
        this.#nextChunk();
        return true;
      case 'trailer':
        if (byte === 13) this.#state = 'last';
        else if (byte === 10) this.done = true;
        else this.#state = 'trailer line';
        return true;
      case 'trailer line':
        if (byte === 13) this.#state = 'trailer line feed';
        else if (byte === 10) this.#state = 'trailer';
        return true;
      case 'trailer line feed':
        if (byte !== 10) return false;
        this.#state = 'trailer';
        return true;
      case 'last':
        if (byte !== 10) return false;
        this.done = true;
        return true;
      default:
        return false;
    }
  }

  #sizeRead(): void {
    this.#state = this.#size === 0 ? 'trailer' : 'chunk';
  }

  #nextChunk(): void {
    this.#state = 'size';
    this.#size = 0;
    this.#digits = 0;
  }
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
