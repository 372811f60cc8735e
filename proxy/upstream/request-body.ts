import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Exchange, RequestBody } from '../http/exchange.ts';
import type { UpstreamConnection } from './connection.ts';

/** What is sent after a request's head. A stored body can be sent again; a streamed one can't. */
export interface OutgoingBody {
  /** Bytes, when they are known. */
  readonly length: number | undefined;
  /** The bytes when they fit in memory, to go out with the head in one write. */
  readonly whole: Buffer | undefined;
  /** Sends what `whole` doesn't hold; calls `onSent` once the last byte was written. */
  send(connection: UpstreamConnection, onSent: () => void, onError: (status: number) => void): void;
  onDrain(): void;
  close(): void;
}

const EMPTY = Buffer.alloc(0);

/** A body that is in memory (or none at all). */
export class MemoryBody implements OutgoingBody {
  readonly whole: Buffer;

  constructor(bytes: Buffer = EMPTY) {
    this.whole = bytes;
  }

  get length(): number {
    return this.whole.length;
  }

  send(_connection: UpstreamConnection, onSent: () => void): void {
    onSent();
  }
  onDrain(): void {}
  close(): void {}
}

export const NO_BODY = new MemoryBody();

/** A body in a temporary file that has no name any more: it goes when it is closed, whatever happens. */
class FileBody implements OutgoingBody {
  readonly length: number;
  readonly whole = undefined;
  readonly #file: number;
  #closed = false;
  #pump: (() => void) | undefined;

  constructor(file: number, length: number) {
    this.#file = file;
    this.length = length;
  }

  send(connection: UpstreamConnection, onSent: () => void): void {
    let at = 0;
    this.#pump = (): void => {
      while (at < this.length && !connection.closed) {
        const piece = Buffer.allocUnsafe(Math.min(65536, this.length - at));
        const count = readSync(this.#file, piece, 0, piece.length, at);
        if (count === 0) return;
        at += count;
        const ready = connection.socket.write(count === piece.length ? piece : piece.subarray(0, count));
        if (at === this.length) {
          this.#pump = undefined;
          onSent();
          return;
        }
        if (!ready) return;
      }
    };
    this.#pump();
  }

  onDrain(): void {
    this.#pump?.();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
  }
}

/** A body passed on while it comes in (`proxy_request_buffering off`). */
export class StreamedBody implements OutgoingBody {
  readonly length: number | undefined;
  readonly whole = undefined;
  readonly #body: RequestBody;

  constructor(body: RequestBody) {
    this.#body = body;
    this.length = body.length;
  }

  send(connection: UpstreamConnection, onSent: () => void, onError: (status: number) => void): void {
    const { socket } = connection;
    const chunked = this.length === undefined;
    this.#body.start(
      (chunk) => {
        if (connection.closed) return;
        let ready: boolean;
        if (chunked) {
          socket.cork();
          socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
          socket.write(chunk);
          ready = socket.write('\r\n', 'latin1');
          socket.uncork();
        } else {
          ready = socket.write(chunk);
        }
        if (!ready) this.#body.pause();
      },
      () => {
        if (chunked && !connection.closed) socket.write('0\r\n\r\n', 'latin1');
        onSent();
      },
      onError,
    );
  }

  onDrain(): void {
    this.#body.resume();
  }

  close(): void {}
}

/**
 * Reads a whole body before anything is connected (`proxy_request_buffering on`): into memory up to `most` bytes
 * (`client_body_buffer_size`), beyond that into a temporary file, so that memory stays bounded.
 */
export function storeBody(
  exchange: Exchange,
  most: number,
  onReady: (body: OutgoingBody) => void,
  onError: (status: number) => void,
): void {
  let chunks: Buffer[] = [];
  let size = 0;
  let file: number | undefined;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  exchange.onAbort = close;
  exchange.body.start(
    (chunk) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= most && file === undefined) return;
      file ??= temporaryFile(exchange);
      for (const piece of chunks) for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
      chunks = [];
    },
    () => {
      exchange.onAbort = undefined;
      if (file !== undefined) onReady(new FileBody(file, size));
      else onReady(chunks.length === 1 ? new MemoryBody(chunks[0]!) : new MemoryBody(Buffer.concat(chunks, size)));
    },
    (status) => {
      exchange.onAbort = undefined;
      close();
      onError(status);
    },
  );
}

function temporaryFile(exchange: Exchange): number {
  const name = path.join(
    tmpdir(),
    `nginx-body-${process.pid}-${performance.now()}-${Math.random().toString(36).slice(2)}`,
  );
  const file = openSync(name, 'wx+', 0o600);
  exchange.logError('warn', `a client request body is buffered to a temporary file ${name}`);
  try {
    unlinkSync(name);
  } catch {
    // Windows keeps the name of an open file; the system's own cleaning takes it away.
  }
  return file;
}
