import type { HttpExchange } from './http-exchange.ts';
import type { BodyFilter, BodySink } from './transport.ts';

/** ms within which a request is read and answered in one turn of the event loop, for which nginx's time stands still. */
const ONE_TURN = 100;

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
  /** The second of the request, known from the first piece on. */
  #startSecond: number | undefined;
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

  /** ms that the request had to wait for its answer. */
  #waited(): number {
    const elapsed = performance.now() - this.#exchange.startedAt;
    return elapsed < ONE_TURN ? 0 : elapsed;
  }

  #send(): void {
    while (this.#timer === undefined && !this.#blocked && this.#waiting.length > 0) {
      const sent = this.#exchange.bytesSent;
      const time = Date.now();
      this.#startSecond ??= Math.floor((time - this.#waited()) / 1000);
      const seconds = Math.floor(time / 1000) - this.#startSecond + 1;
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
