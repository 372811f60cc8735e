import type { Exchange } from './exchange.ts';
import type { HttpExchange } from './http-exchange.ts';
import { subrequest } from './subrequest.ts';
import type { BodyFilter, BodySink } from './transport.ts';

/**
 * A body filter that puts answers of other paths into the body. While one of them is on its way, what comes after it
 * waits: the parts go out one after the other, in order.
 */
export abstract class Including implements BodyFilter {
  protected readonly exchange: Exchange;
  protected readonly sink: BodySink;
  readonly #ready: () => void;
  readonly #waiting: Buffer[] = [];
  #included: Exchange | undefined;
  #running = false;
  #blocked = false;
  #refused = false;
  #ended = false;
  #done = false;

  constructor(exchange: Exchange, sink: BodySink, ready: () => void) {
    this.exchange = exchange;
    this.sink = sink;
    this.#ready = ready;
  }

  /** Takes a piece of the body. What it doesn't take because it began to include something it returns. */
  protected abstract take(chunk: Buffer): Buffer | undefined;
  /** The body is complete; called again after what it included, until it includes nothing more. False when it did. */
  protected abstract complete(): boolean;

  /** Sends some bytes of the body. */
  protected send(bytes: Buffer): void {
    if (bytes.length > 0 && !this.sink.write(bytes)) this.#blocked = true;
  }

  /** Puts the answer of a path here, or, with `keep`, gives it away. */
  protected include(uri: string, args: string, keep?: (body: Buffer, included: Exchange) => void): void {
    const kept: Buffer[] = [];
    const sink: BodySink = {
      write: (chunk) => {
        if (keep !== undefined) {
          kept.push(chunk);
          return true;
        }
        const ready = this.sink.write(chunk);
        if (!ready) this.#blocked = true;
        return ready;
      },
      end: () => undefined,
    };
    let finished = false;
    const included = subrequest(this.exchange, {
      uri,
      args,
      sink,
      done: (answered) => {
        finished = true;
        keep?.(Buffer.concat(kept), answered);
        this.#included = undefined;
        this.#run();
      },
    });
    if (!finished) this.#included = included;
  }

  write(chunk: Buffer): boolean {
    this.#waiting.push(chunk);
    this.#run();
    this.#refused = this.#waiting.length > 0 || this.#blocked;
    return !this.#refused;
  }

  end(): void {
    this.#ended = true;
    this.#run();
  }

  drained(): void {
    this.#blocked = false;
    if (this.#included !== undefined) (this.#included as HttpExchange).drained();
    else this.#run();
    if (this.#refused && !this.#blocked && this.#waiting.length === 0 && !this.#ended) {
      this.#refused = false;
      this.#ready();
    }
  }

  destroy(): void {
    this.#waiting.length = 0;
    this.#done = true;
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    while (this.#included === undefined && !this.#done) {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) {
        if (!this.#ended) break;
        if (!this.complete()) continue;
        this.#done = true;
        this.sink.end();
      } else {
        const rest = this.take(chunk);
        if (rest !== undefined && rest.length > 0) this.#waiting.unshift(rest);
      }
    }
    this.#running = false;
    if (this.#refused && !this.#blocked && this.#waiting.length === 0 && !this.#ended && this.#included === undefined) {
      this.#refused = false;
      this.#ready();
    }
  }
}
