import { type CollectedBody, collectBody } from '../http/collected-body.ts';
import type { CoreLocation } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { Exchange, RequestBody } from '../http/exchange.ts';
import { KeptBody } from '../http/kept-body.ts';
import { systemTemporaryPath, type TemporaryFile } from '../http/temporary-file.ts';
import type { UpstreamConnection } from './connection.ts';

/** What is sent after a request's head. A stored body can be sent again; a streamed one can't. */
export interface OutgoingBody {
  /** Bytes, when they are known. */
  readonly length: number | undefined;
  /** The bytes when they fit in memory, to go out with the head in one write. */
  readonly whole: Buffer | undefined;
  /** Sends what `whole` doesn't hold; calls `onSent` once the last byte was written, `onBlocked` when a body that is passed on has to wait for the upstream. */
  send(
    connection: UpstreamConnection,
    onSent: () => void,
    onError: (status: number) => void,
    onBlocked: () => void,
  ): void;
  onDrain(): void;
  close(): void;
  /** The same body in the frames of a protocol. Called once, before it is sent. */
  framed(framing: Framing): OutgoingBody;
}

/** How a protocol wraps the pieces of a body, and what follows the last of them. */
export interface Framing {
  wrap(bytes: Buffer): Buffer;
  readonly end: Buffer;
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

  framed({ wrap, end }: Framing): MemoryBody {
    return new MemoryBody(this.whole.length === 0 ? end : Buffer.concat([wrap(this.whole), end]));
  }
}

export const NO_BODY = new MemoryBody();

/** A body in a temporary file. */
class FileBody implements OutgoingBody {
  readonly whole = undefined;
  readonly #file: TemporaryFile;
  readonly #close: () => void;
  #framing: Framing | undefined;
  #pump: (() => void) | undefined;

  constructor(file: TemporaryFile, close: () => void) {
    this.#file = file;
    this.#close = close;
  }

  get length(): number {
    return this.#file.length;
  }

  send(connection: UpstreamConnection, onSent: () => void): void {
    let at = 0;
    this.#pump = (): void => {
      while (at < this.length && !connection.closed) {
        const piece = this.#file.read(at, 65536);
        if (piece.length === 0) return;
        at += piece.length;
        const ready = connection.socket.write(this.#framing?.wrap(piece) ?? piece);
        if (at === this.length) {
          if (this.#framing !== undefined) connection.socket.write(this.#framing.end);
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
    this.#pump = undefined;
    this.#close();
  }

  framed(framing: Framing): this {
    this.#framing = framing;
    return this;
  }
}

/** A body passed on while it comes in (`proxy_request_buffering off`). */
class StreamedBody implements OutgoingBody {
  readonly length: number | undefined;
  readonly whole = undefined;
  readonly #body: RequestBody;
  #framing: Framing | undefined;

  constructor(body: RequestBody) {
    this.#body = body;
    this.length = body.length;
  }

  send(
    connection: UpstreamConnection,
    onSent: () => void,
    onError: (status: number) => void,
    onBlocked: () => void,
  ): void {
    const { socket } = connection;
    const framing = this.#framing;
    const chunked = this.length === undefined && framing === undefined;
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
          ready = socket.write(framing?.wrap(chunk) ?? chunk);
        }
        if (ready) return;
        this.#body.pause();
        onBlocked();
      },
      () => {
        if (!connection.closed) {
          if (chunked) socket.write('0\r\n\r\n', 'latin1');
          else if (framing !== undefined) socket.write(framing.end);
        }
        onSent();
      },
      onError,
    );
  }

  onDrain(): void {
    this.#body.resume();
  }

  close(): void {}

  framed(framing: Framing): this {
    this.#framing = framing;
    return this;
  }
}

/** Passes a body on while it comes in; one that can't be read as far as it has come fails the request. */
export function streamBody(exchange: Exchange, onReady: (body: OutgoingBody) => void): void {
  const refused = exchange.body.unreadable?.() ?? 0;
  if (refused === 0) onReady(new StreamedBody(exchange.body));
  else exchange.fail(refused);
}

/**
 * Reads a whole body before anything is connected (`proxy_request_buffering on`): into memory up to
 * `client_body_buffer_size`, beyond that into a file below `client_body_temp_path`. One that was read already is taken as
 * it is, and one that can't be read fails the request.
 */
export function storeBody(exchange: Exchange, onReady: (body: OutgoingBody) => void): void {
  if (exchange.body instanceof KeptBody) {
    const kept = exchange.body.again();
    onReady(outgoing(kept.collected, () => kept.close()));
    return;
  }
  const { clientBodyBufferSize, clientBodyTempPath } = exchange.location<CoreLocation>(core);
  collectBody(
    exchange,
    clientBodyBufferSize,
    clientBodyTempPath ?? systemTemporaryPath('client-body'),
    (collected) => onReady(outgoing(collected, () => collected.file?.close())),
    (status) => exchange.fail(status),
  );
}

function outgoing({ chunks, file, size }: CollectedBody, close: () => void): OutgoingBody {
  if (file !== undefined) return new FileBody(file, close);
  return new MemoryBody(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, size));
}
