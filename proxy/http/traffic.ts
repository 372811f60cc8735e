import type { Connections } from './connections.ts';

/** Connections by what they do, and how many there have been. */
export interface Traffic {
  readonly accepted: number;
  /** Those that there was room for. */
  readonly handled: number;
  readonly requests: number;
  readonly active: number;
  readonly reading: number;
  readonly writing: number;
  readonly waiting: number;
}

/** What a request may learn of the connections of all processes of the server. */
export interface TrafficKeeper {
  /** This process's as they are now, and the others' as they were last told. */
  known(): Traffic;
  /** Has the others tell, and calls `later` when they have, or when it takes too long. False when there is nobody to ask. */
  ask(later: () => void): boolean;
  /** ms since the others were last asked. */
  readonly age: number;
}

export const NO_TRAFFIC: Traffic = {
  accepted: 0,
  handled: 0,
  requests: 0,
  active: 0,
  reading: 0,
  writing: 0,
  waiting: 0,
};

/** The sum of what several have counted. */
export function sumOf(parts: Iterable<Traffic>): Traffic {
  const sum = { ...NO_TRAFFIC };
  for (const part of parts) {
    for (const name of Object.keys(sum) as (keyof Traffic)[]) sum[name] += part[name];
  }
  return sum;
}

/** What remains of counts when the connections are closed. */
export function pastOf({ accepted, handled, requests }: Traffic): Traffic {
  return { ...NO_TRAFFIC, accepted, handled, requests };
}

/** The connections of this process: of the configuration at work, and of those that a reload replaced. Counted when asked for, so that requests don't pay for it. */
export class OwnTraffic implements TrafficKeeper {
  readonly age = 0;
  readonly #sources = new Set<Connections>();
  #past = NO_TRAFFIC;

  add(connections: Connections): void {
    this.#sources.add(connections);
  }

  /** All of these connections are closed. */
  drop(connections: Connections): void {
    if (this.#sources.delete(connections)) this.#past = sumOf([this.#past, pastOf(trafficOf(connections))]);
  }

  known(): Traffic {
    return sumOf([this.#past, ...[...this.#sources].map(trafficOf)]);
  }

  ask(): boolean {
    return false;
  }
}

function trafficOf({ open, handshaking, accepted, refused, requestsBefore }: Connections): Traffic {
  let requests = requestsBefore;
  const doing = { reading: 0, writing: 0, waiting: 0 };
  for (const connection of open) {
    requests += connection.requests;
    doing[connection.doing]++;
  }
  return { accepted, handled: accepted - refused, requests, active: open.size + handshaking.size, ...doing };
}
