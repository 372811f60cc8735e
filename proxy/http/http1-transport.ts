import type { Socket } from 'node:net';
import { AnswerWriter, type Assembly } from './answer-writer.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { KeptAnswer } from './kept-answer.ts';
import { needsChunks, responseHead } from './response-head.ts';
import type { Transport } from './transport.ts';

const LAST_CHUNK = '0\r\n\r\n';

/** The connection on which answers are written: it says whether it stays, and hears how far they are. */
export interface AnsweredConnection {
  /** The head comes next; `delimited` when the client can tell where the answer ends. Settles `keepAlive`. */
  answerBegins(exchange: HttpExchange, delimited: boolean): void;
  /** The client's buffer is full. */
  answerBlocked(exchange: HttpExchange): void;
  /** The whole answer is with the socket. */
  answerComplete(exchange: HttpExchange): void;
  /** The answer breaks off here. */
  answerAborted(exchange: HttpExchange): void;
  /** From now on the socket is somebody else's. */
  handOver(): Socket;
}

/** Writes the answers of one HTTP/1.x connection, one after the other: head, framing, and the count of bytes. */
export class Http1Transport implements Transport {
  readonly #writer: AnswerWriter;
  readonly #connection: AnsweredConnection;
  #chunked = false;

  constructor(socket: Socket, assembly: Assembly | undefined, connection: AnsweredConnection) {
    this.#writer = new AnswerWriter(socket, assembly);
    this.#connection = connection;
  }

  respond(exchange: HttpExchange, body: Buffer | string, kept?: KeptAnswer): void {
    this.#begin(exchange);
    const ready = kept !== undefined && exchange.keepAlive ? kept.bytesFor(exchange, headOf) : undefined;
    exchange.bodyBytesSent += body.length;
    if (ready !== undefined) {
      exchange.bytesSent += ready.length;
      this.#writer.ready(ready);
    } else {
      const head = this.#head(exchange);
      exchange.bytesSent += head.length + body.length;
      this.#writer.whole(head, body);
    }
    this.#connection.answerComplete(exchange);
  }

  sendHead(exchange: HttpExchange): void {
    this.#begin(exchange);
    const head = this.#head(exchange);
    if (head === '') return;
    exchange.bytesSent += head.length;
    this.#writer.head(head);
  }

  write(exchange: HttpExchange, chunk: Buffer): boolean {
    exchange.bytesSent += chunk.length;
    exchange.bodyBytesSent += chunk.length;
    let ready: boolean;
    if (this.#chunked) {
      const size = `${chunk.length.toString(16)}\r\n`;
      exchange.bytesSent += size.length + 2;
      ready = this.#writer.chunk(size, chunk);
    } else {
      ready = this.#writer.piece(chunk);
    }
    if (!ready) this.#connection.answerBlocked(exchange);
    return ready;
  }

  get flushed(): boolean {
    return this.#writer.flushed;
  }

  end(exchange: HttpExchange): void {
    if (exchange.finished) return;
    if (this.#chunked) {
      const last = exchange.trailers === undefined ? LAST_CHUNK : lastChunkWith(exchange.trailers());
      exchange.bytesSent += last.length;
      this.#writer.end(last);
    } else {
      // Fewer bytes than announced: the client must not take the next answer for the rest.
      const { contentLength, headerOnly, bodyBytesSent } = exchange;
      if (!headerOnly && contentLength !== undefined && bodyBytesSent < contentLength) exchange.keepAlive = false;
      this.#writer.end('');
    }
    this.#connection.answerComplete(exchange);
  }

  abort(exchange: HttpExchange): void {
    this.#writer.flush();
    this.#connection.answerAborted(exchange);
  }

  upgrade(): Socket {
    this.#writer.flush();
    return this.#connection.handOver();
  }

  /** Settles the framing of an answer, and whether the connection stays. */
  #begin(exchange: HttpExchange): void {
    this.#chunked = needsChunks(exchange);
    this.#connection.answerBegins(
      exchange,
      exchange.contentLength !== undefined || this.#chunked || exchange.headerOnly,
    );
  }

  #head(exchange: HttpExchange): string {
    return exchange.httpVersion === '0.9' ? '' : responseHead(exchange, this.#chunked);
  }
}

/** The head of an answer whose length is known. */
function headOf(exchange: HttpExchange): string {
  return responseHead(exchange, false);
}

function lastChunkWith(trailers: readonly string[]): string {
  let text = '0\r\n';
  for (let i = 0; i < trailers.length; i += 2) text += `${trailers[i]}: ${trailers[i + 1]}\r\n`;
  return `${text}\r\n`;
}
