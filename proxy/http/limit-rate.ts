import type { HttpExchange } from './http-exchange.ts';
import type { BodyFilter, BodySink } from './transport.ts';

/**
 * Slows an answer down to `limit_rate` bytes a second after `limit_rate_after` bytes, both counted as nginx counts:
 * whole seconds since the request began, and a pause after each piece. Source: ngx_http_write_filter.
 */
export class RateLimit implements BodyFilter {
  readonly #exchange: HttpExchange;
  readonly #rate: number;
  readonly #after: number;
  readonly #sink: BodySink;
  readonly #ready: () => void;
  readonly #startSecond: number;
  #waiting: Buffer[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** The client's buffer is full. */
  #blocked = false;
  /** The caller was told to wait. */
  #refused = false;
  #ended = false;

  constructor(exchange: HttpExchange, rate: number, after: number, sink: BodySink, ready: () => void) {
    this.#exchange = exchange;
    this.#rate = rate;
    this.#after = after;
    this.#sink = sink;
    this.#ready = ready;
    this.#startSecond = Math.floor((Date.now() - (performance.now() - exchange.startedAt)) / 1000);
  }

  write(chunk: Buffer): boolean {
    this.#waiting.push(chunk);
    this.#send();
    this.#refused = this.#waiting.length > 0 || this.#blocked;
    return !this.#refused;
  }

  end(): void {
    this.#ended = true;
    if (this.#waiting.length === 0) this.#sink.end();
  }

  drained(): void {
    this.#blocked = false;
    this.#goOn();
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  #send(): void {
    while (this.#timer === undefined && !this.#blocked && this.#waiting.length > 0) {
      const sent = this.#exchange.bytesSent;
      const seconds = Math.floor(Date.now() / 1000) - this.#startSecond + 1;
      const limit = this.#rate * seconds - (sent - this.#after);
      if (limit <= 0) {
        this.#pause(Math.floor((-limit * 1000) / this.#rate) + 1);
        return;
      }
      const first = this.#waiting[0]!;
      const piece = first.length > limit ? first.subarray(0, limit) : first;
      if (piece.length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(piece.length);
      this.#blocked = !this.#sink.write(piece);
      const past = Math.max(0, sent - this.#after);
      const now = Math.max(0, this.#exchange.bytesSent - this.#after);
      const delay = Math.floor(((now - past) * 1000) / this.#rate);
      if (delay > 0) this.#pause(delay);
    }
  }

  #pause(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#goOn();
    }, milliseconds);
  }

  #goOn(): void {
    this.#send();
    if (this.#waiting.length > 0 || this.#blocked || !this.#refused) return;
    this.#refused = false;
    if (this.#ended) this.#sink.end();
    else this.#ready();
  }
}
