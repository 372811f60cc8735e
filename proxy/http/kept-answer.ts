import { clock } from './clock.ts';
import type { HttpExchange } from './http-exchange.ts';

/**
 * A small body that is sent again and again, with its head before it in one buffer. Writing the head of a small file and
 * joining it with the body costs more than all the rest of its answer; but the head is a function of a few facts, and
 * as long as all of them are what they were at the last request, the bytes are what they were. The buffer is never
 * changed, so a socket may hold it as long as it likes. `Date` is one of the facts: once a second it is made anew.
 */
export class KeptAnswer {
  readonly body: Buffer;
  #bytes: Buffer | undefined;
  #second = -1;
  #core: unknown;
  #status = 0;
  #reason: string | undefined;
  #serverHeader: string | undefined;
  #dateHeader: string | undefined;
  #contentType: string | undefined;
  #contentLength: number | undefined;
  #lastModified: number | undefined;
  #passedLines = '';
  #headers: readonly string[] = [];

  constructor(body: Buffer) {
    this.body = body;
  }

  /**
   * Head and body for an exchange that keeps its connection, `undefined` when its head isn't that of the exchange before.
   * The buffer is made when a head comes for the second time: one that differs each time is never worth it.
   */
  bytesFor(exchange: HttpExchange, head: (exchange: HttpExchange) => string): Buffer | undefined {
    if (!this.#sameHead(exchange)) {
      this.#learn(exchange);
      return undefined;
    }
    this.#bytes ??= Buffer.concat([Buffer.from(head(exchange), 'latin1'), this.body]);
    return this.#bytes;
  }

  #sameHead(exchange: HttpExchange): boolean {
    return (
      this.#second === clock.second &&
      this.#core === exchange.core &&
      this.#status === exchange.status &&
      this.#contentType === exchange.contentType &&
      this.#contentLength === exchange.contentLength &&
      this.#lastModified === exchange.lastModified?.getTime() &&
      this.#reason === exchange.reason &&
      this.#serverHeader === exchange.serverHeader &&
      this.#dateHeader === exchange.dateHeader &&
      this.#passedLines === exchange.passedLines &&
      (exchange.passedLines !== '' || sameWords(this.#headers, exchange.responseHeaders))
    );
  }

  #learn(exchange: HttpExchange): void {
    this.#bytes = undefined;
    this.#second = clock.second;
    this.#core = exchange.core;
    this.#status = exchange.status;
    this.#contentType = exchange.contentType;
    this.#contentLength = exchange.contentLength;
    this.#lastModified = exchange.lastModified?.getTime();
    this.#reason = exchange.reason;
    this.#serverHeader = exchange.serverHeader;
    this.#dateHeader = exchange.dateHeader;
    this.#passedLines = exchange.passedLines;
    this.#headers = exchange.passedLines !== '' ? [] : exchange.responseHeaders;
  }
}

function sameWords(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}
