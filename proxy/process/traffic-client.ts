import { NO_TRAFFIC, type OwnTraffic, sumOf, type Traffic, type TrafficKeeper } from '../http/traffic.ts';
import type { TrafficMessage } from './traffic-messages.ts';

/** ms until what the others said before has to do: a worker that hangs holds up nobody's page for long. */
const PATIENCE = 2_000;

/** The connections of all workers as one of them sees them: its own, and what its master gathers from the others. */
export class TrafficClient implements TrafficKeeper {
  readonly #own: OwnTraffic;
  readonly #send: (message: TrafficMessage) => void;
  #others: Traffic = NO_TRAFFIC;
  #told = Number.NEGATIVE_INFINITY;
  /** Who waits for the answer to the question that is under way, and who came after it was asked. */
  #waiting: (() => void)[] = [];
  #next: (() => void)[] = [];
  /** Runs while a question is under way. */
  #timer: NodeJS.Timeout | undefined;

  constructor(own: OwnTraffic, send: (message: TrafficMessage) => void) {
    this.#own = own;
    this.#send = send;
  }

  known(): Traffic {
    return sumOf([this.#own.known(), this.#others]);
  }

  get age(): number {
    return performance.now() - this.#told;
  }

  ask(later: () => void): boolean {
    if (this.#timer !== undefined) {
      this.#next.push(later);
    } else {
      this.#waiting.push(later);
      this.#question();
    }
    return true;
  }

  #question(): void {
    this.#send({ traffic: 'ask' });
    this.#timer = setTimeout(() => this.#answered(), PATIENCE).unref();
  }

  #answered(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const answered = this.#waiting;
    this.#waiting = this.#next;
    this.#next = [];
    if (this.#waiting.length > 0) this.#question();
    for (const answer of answered) answer();
  }

  receive(message: TrafficMessage): void {
    if (message.traffic === 'count') {
      this.#send({ traffic: 'counted', gathering: message.gathering, counts: this.#own.known() });
    } else if (message.traffic === 'others') {
      this.#others = message.counts;
      this.#told = performance.now();
      if (this.#timer !== undefined) this.#answered();
    }
  }

  /** What is told last, by a worker that ends. */
  get last(): TrafficMessage {
    return { traffic: 'counted', gathering: 0, counts: this.#own.known() };
  }
}
