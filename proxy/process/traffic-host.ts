import { NO_TRAFFIC, pastOf, sumOf, type Traffic } from '../http/traffic.ts';
import type { TrafficMessage } from './traffic-messages.ts';

/** A worker, as far as counts go. */
export interface TrafficMember {
  sendTraffic(message: TrafficMessage): void;
}

interface Gathering {
  readonly asker: TrafficMember;
  readonly silent: Set<TrafficMember>;
}

/**
 * What the connections of all workers come to, as nginx's counters in shared memory do: each worker counts its own, and is
 * asked when somebody wants the sum, so that no request pays for it. Those that have ended stay in the sum.
 */
export class TrafficHost {
  /** The workers, with what they said last. */
  readonly #members = new Map<TrafficMember, Traffic>();
  readonly #gatherings = new Map<number, Gathering>();
  #past = NO_TRAFFIC;
  #number = 0;

  /** A worker serves. One that reads its configuration still would keep the others waiting. */
  join(member: TrafficMember): void {
    this.#members.set(member, NO_TRAFFIC);
  }

  leave(member: TrafficMember): void {
    this.#past = sumOf([this.#past, pastOf(this.#members.get(member) ?? NO_TRAFFIC)]);
    this.#members.delete(member);
    for (const [number, { asker, silent }] of [...this.#gatherings]) {
      silent.delete(member);
      if (asker === member) this.#gatherings.delete(number);
      else this.#finish(number);
    }
  }

  receive(member: TrafficMember, message: TrafficMessage): void {
    if (message.traffic === 'ask') {
      const number = ++this.#number;
      const silent = new Set(this.#members.keys());
      silent.delete(member);
      this.#gatherings.set(number, { asker: member, silent });
      for (const other of silent) other.sendTraffic({ traffic: 'count', gathering: number });
      this.#finish(number);
    } else if (message.traffic === 'counted' && this.#members.has(member)) {
      // One that has ended may still have had something on its way.
      this.#members.set(member, message.counts);
      this.#gatherings.get(message.gathering)?.silent.delete(member);
      this.#finish(message.gathering);
    }
  }

  #finish(number: number): void {
    const gathering = this.#gatherings.get(number);
    if (gathering === undefined || gathering.silent.size > 0) return;
    this.#gatherings.delete(number);
    const others = [...this.#members].filter(([member]) => member !== gathering.asker).map(([, counts]) => counts);
    gathering.asker.sendTraffic({ traffic: 'others', counts: sumOf([this.#past, ...others]) });
  }
}
