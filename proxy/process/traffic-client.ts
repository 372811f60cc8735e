import { NO_TRAFFIC, type OwnTraffic, sumOf, type Traffic, type TrafficKeeper } from '../http/traffic.ts';
import { ZONE_PATIENCE } from '../http/zone-keeper.ts';
import type { TrafficMessage } from './traffic-messages.ts';

/** The connections of all workers as one of them sees them: its own, and what its master gathers from the others. */
export class TrafficClient implements TrafficKeeper {
  readonly #own: OwnTraffic;
  readonly #send: (message: TrafficMessage) => void;
  #others: Traffic = NO_TRAFFIC;
  #told = Number.NEGATIVE_INFINITY;
  /** Who waits for the answer to the question that is under way, and who came after it was asked. */
  #waiting: (() => void)[] = [];
  #next: (() => void)[] = [];

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
    let waits = true;
    const answered = (): void => {
      if (!waits) return;
      waits = false;
      clearTimeout(timer);
      later();
    };
    const timer = setTimeout(answered, ZONE_PATIENCE).unref();
    if (this.#waiting.length > 0) {
      this.#next.push(answered);
    } else {
      this.#waiting.push(answered);
      this.#send({ traffic: 'ask' });
    }
    return true;
  }

  receive(message: TrafficMessage): void {
    if (message.traffic === 'count') {
      this.#send({ traffic: 'counted', gathering: message.gathering, counts: this.#own.known() });
    } else if (message.traffic === 'others') {
      this.#others = message.counts;
      this.#told = performance.now();
      const answered = this.#waiting;
      this.#waiting = this.#next;
      this.#next = [];
      if (this.#waiting.length > 0) this.#send({ traffic: 'ask' });
      for (const answer of answered) answer();
    }
  }

  /** What is told last, by a worker that ends. */
  get last(): TrafficMessage {
    return { traffic: 'counted', gathering: 0, counts: this.#own.known() };
  }
}
