import type { Socket } from 'node:net';

/** Bodies up to this many bytes are joined with the head in the kept buffer and go out in one write. */
const JOINED = 65536;

/** Where the answers of all connections of a process are put together. */
export class Assembly {
  #buffer = newBuffer(JOINED);

  /** Room for so many bytes. It is free again once the socket has taken them at once; otherwise say `keep`. */
  room(length: number): Buffer {
    if (this.#buffer.length < length) this.#buffer = newBuffer(length);
    return this.#buffer;
  }

  /** A socket still needs what is in the buffer: the next answer gets a new one. */
  keep(): void {
    this.#buffer = newBuffer(JOINED);
  }
}

function newBuffer(size: number): Buffer {
  return Buffer.allocUnsafeSlow(size + 16_384);
}

/**
 * Brings answers to a client's socket in as few writes as possible: a write is a system call, and costs as much as all
 * the rest of a small answer. Head and body of a small answer are joined; of an answer that comes in pieces, everything
 * that comes in one turn of the event loop goes out together.
 */
export class AnswerWriter {
  readonly #socket: Socket;
  readonly #assembly: Assembly | undefined;
  #corked = false;

  /** Without an assembly each answer gets a buffer of its own, for a socket that never takes one at once (TLS). */
  constructor(socket: Socket, assembly: Assembly | undefined) {
    this.#socket = socket;
    this.#assembly = assembly;
  }

  /** A whole answer. */
  whole(head: string, body: Buffer | string): void {
    const socket = this.#socket;
    if (typeof body === 'string') {
      socket.write(head + body, 'latin1');
    } else if (body.length === 0) {
      if (head !== '') socket.write(head, 'latin1');
    } else if (body.length <= JOINED) {
      this.#joined(head, body);
    } else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
  }

  /** A whole answer whose bytes nobody will change. */
  ready(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  #joined(head: string, body: Buffer): void {
    const length = head.length + body.length;
    const assembly = this.#assembly;
    const buffer = assembly === undefined ? Buffer.allocUnsafe(length) : assembly.room(length);
    buffer.write(head, 0, 'latin1');
    body.copy(buffer, head.length);
    this.#socket.write(buffer.length === length ? buffer : buffer.subarray(0, length));
    if (assembly !== undefined && this.#socket.writableLength > 0) assembly.keep();
  }

  /** The head of an answer whose body comes in pieces. */
  head(text: string): void {
    this.#cork();
    this.#socket.write(text, 'latin1');
  }

  /** A piece of a body; false when the client's buffer is full. The piece may be kept: it must not change. */
  piece(bytes: Buffer): boolean {
    this.#cork();
    return this.#socket.write(bytes);
  }

  /** A piece of a body that goes in chunks; `size` is the line before it. */
  chunk(size: string, bytes: Buffer): boolean {
    this.#cork();
    this.#socket.write(size, 'latin1');
    this.#socket.write(bytes);
    return this.#socket.write('\r\n', 'latin1');
  }

  get flushed(): boolean {
    return this.#socket.writableLength === 0;
  }

  /** The end of a body; `last` is what follows it ('' for nothing). */
  end(last: string): void {
    if (last !== '') this.#socket.write(last, 'latin1');
    this.flush();
  }

  /** Everything of this turn goes out in one write. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#socket.cork();
    process.nextTick(flush, this);
  }

  flush(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#socket.uncork();
  }
}

function flush(writer: AnswerWriter): void {
  writer.flush();
}
