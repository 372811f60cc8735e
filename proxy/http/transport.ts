import type { Socket } from 'node:net';
import type { HttpExchange } from './http-exchange.ts';
import type { KeptAnswer } from './kept-answer.ts';

/**
 * The wire under an exchange: a connection of HTTP/1.x, or one stream of HTTP/2. It reads `status`, `contentType`,
 * `contentLength`, `lastModified` and `responseHeaders` of the exchange and adds the framing, `Server` and `Date`.
 * It counts `bytesSent` and `bodyBytesSent`, and calls `drained` and `clientGone` of the exchange.
 */
export interface Transport {
  /**
   * Head and whole body at once. `body` is empty when the head alone is to be sent (HEAD, 304). With `kept`, whose body it
   * then is, head and body may be bytes that were sent before. A body of up to 64 KB is the caller's again afterwards.
   */
  respond(exchange: HttpExchange, body: Buffer | string, kept?: KeptAnswer): void;
  sendHead(exchange: HttpExchange): void;
  /** Returns false when the client's buffer is full. The chunk may be kept: it must not change afterwards. */
  write(exchange: HttpExchange, chunk: Buffer): boolean;
  /** Nothing that was written is held any more: its bytes may be overwritten. */
  readonly flushed: boolean;
  /** The answer is complete; the exchange is over once `exchange.finish()` was called by the transport. */
  end(exchange: HttpExchange): void;
  /** Ends the connection (or resets the stream) without more words. */
  abort(exchange: HttpExchange): void;
  /** Hands over the raw socket; throws where there is none (HTTP/2). */
  upgrade(exchange: HttpExchange): Socket;
}

/** What the end of an answer is filtered through (gzip). It passes bytes on to the sink it was made with. */
export interface BodyFilter {
  /** Returns false when the caller should wait for `onDrain`. */
  write(chunk: Buffer): boolean;
  end(): void;
  /** The client takes bytes again. */
  drained(): void;
  /** The client is gone: let go of everything. */
  destroy(): void;
}

/** Where a body filter puts its bytes. */
export interface BodySink {
  write(chunk: Buffer): boolean;
  end(): void;
}
