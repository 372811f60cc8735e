import { clock } from '../http/clock.ts';
import type { Exchange } from '../http/exchange.ts';
import type { ForwardSettings } from './forward-request.ts';
import type { Keeper } from './keeper.ts';
import type { BodyReader } from './response-body.ts';
import { headerOf, type ResponseHead } from './response-head.ts';
import { Spool } from './spool.ts';

/** Pieces of fewer bytes are cheaper in a buffer of their own. */
const SMALL = 4096;

/**
 * The body of an upstream's answer on its way to the client: takes the framing off, shows it to whoever keeps it, and
 * puts aside what a slow client hasn't taken yet. Source: ngx_event_pipe.c.
 */
export class AnswerPipe {
  readonly reader: BodyReader;
  readonly #exchange: Exchange;
  readonly #settings: ForwardSettings;
  readonly #head: ResponseHead;
  readonly #keeper: Keeper | undefined;
  readonly #onRoom: () => void;
  /** What the client hasn't taken yet: only a slow one has it. */
  #spool: Spool | undefined;
  /** What the last piece was copied into. */
  #copy: Buffer | undefined;
  /** The upstream waits for the client. */
  #waiting = false;
  /** Runs while the upstream has to wait because of `proxy_limit_rate`. */
  #pause: NodeJS.Timeout | undefined;
  #startSecond = 0;
  /** Bytes of the body so far. */
  #length = 0;

  /** `head` is the answer's; `onRoom` is called when bytes may come again after `take` said false. */
  constructor(
    exchange: Exchange,
    settings: ForwardSettings,
    head: ResponseHead,
    reader: BodyReader,
    keeper: Keeper | undefined,
    onRoom: () => void,
  ) {
    this.#exchange = exchange;
    this.#settings = settings;
    this.#head = head;
    this.reader = reader;
    this.#keeper = keeper;
    this.#onRoom = onRoom;
    exchange.onDrain = () => this.#room();
  }

  /** Takes what came in one read, from a buffer that the next read overwrites; false when the upstream has to wait. */
  take(bytes: Buffer, start: number, end: number): boolean {
    const stop = this.reader.read(bytes, start, end);
    if (stop === start) return true;
    const body = bytes.subarray(start, stop);
    this.#keeper?.write(body);
    const ready = this.#pass(this.#copyOf(this.#wanted(body)));
    this.#length += body.length;
    if (this.#settings.limitRate > 0) this.#slowDown(this.#settings.limitRate);
    this.#waiting = !ready;
    return ready && this.#pause === undefined;
  }

  /** What of the bytes belongs to the range that was asked for. */
  #wanted(body: Buffer): Buffer {
    const [part] = this.#exchange.segments?.parts ?? [];
    if (part === undefined) return body;
    return body.subarray(Math.max(0, part.start - this.#length), Math.max(0, part.end - this.#length));
  }

  /** A copy, in the buffer of the piece before when the client has all of that: a fresh one for each costs more than the copy. */
  #copyOf(bytes: Buffer): Buffer {
    const { length } = bytes;
    if (length < SMALL) return Buffer.from(bytes);
    let copy = this.#copy;
    if (copy === undefined || copy.length < length || this.#spool !== undefined || !this.#exchange.flushed) {
      copy = Buffer.allocUnsafeSlow(length);
      this.#copy = copy;
    }
    bytes.copy(copy);
    return copy.length === length ? copy : copy.subarray(0, length);
  }

  /** Counts in whole seconds, as nginx does. Source: ngx_event_pipe_read_upstream. */
  #slowDown(rate: number): void {
    this.#startSecond ||= clock.second;
    const surplus = this.#length - rate * (clock.second - this.#startSecond + 1);
    if (surplus < 0 || this.reader.complete) return;
    this.#pause = setTimeout(
      () => {
        this.#pause = undefined;
        if (!this.#waiting) this.#onRoom();
      },
      (surplus * 1000) / rate + 1,
    ).unref();
  }

  /** The body is complete. */
  end(): void {
    clearTimeout(this.#pause);
    (this.#spool ?? this.#exchange).end();
  }

  /** The body can't be completed. */
  abort(): void {
    clearTimeout(this.#pause);
    (this.#spool ?? this.#exchange).abort();
  }

  /** Nobody waits for the bytes any more, but for the keeper. */
  clientGone(): void {
    this.close();
    this.#spool = undefined;
    this.#room();
  }

  /** Lets go of what was put aside. */
  close(): void {
    clearTimeout(this.#pause);
    this.#spool?.close();
  }

  #pass(bytes: Buffer): boolean {
    if (this.#spool !== undefined) return this.#spool.add(bytes);
    if (this.#exchange.write(bytes)) return true;
    const { spool, spoolOnWish } = this.#settings;
    const asked = spoolOnWish !== undefined && this.#head.commands;
    const wish = asked ? headerOf(this.#head.headers, 'x-accel-buffering')?.toLowerCase() : undefined;
    const limits = wish === 'no' ? undefined : wish === 'yes' ? spoolOnWish : spool;
    if (limits === undefined) return false;
    this.#spool = new Spool(this.#exchange, limits, () => this.#room());
    return true;
  }

  #room(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    if (this.#pause === undefined) this.#onRoom();
  }
}
