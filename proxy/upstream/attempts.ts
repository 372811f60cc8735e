import type { BytesOfAttempt, UpstreamFacts } from '../http/exchange.ts';

/**
 * What became of a request at its upstreams, one entry in each list for an attempt. The lists are made with their first
 * entry in them, because few requests have a second, and an empty list that grows takes room for sixteen more.
 */
export class Attempts implements UpstreamFacts {
  readonly addresses: string[];
  readonly statuses = [-1];
  readonly responseTimes = [-1];
  readonly connectTimes = [-1];
  readonly headerTimes = [-1];
  readonly redirects: number[] = [];
  /** Bytes of the attempt at hand. */
  bytesSent = 0;
  bytesReceived = 0;
  /** How many of those received were the head's; -1 while it isn't whole. */
  headLength = -1;
  #earlier: BytesOfAttempt[] | undefined;
  /** Of the last answer; `undefined` before there is one. */
  head: { readonly headers: readonly string[] } | undefined;
  #scheme: string;
  #uri: string;

  /** `address` of the first attempt; `uri` is what it asks for. */
  constructor(address: string, scheme: string, uri: string) {
    this.addresses = [address];
    this.#scheme = scheme;
    this.#uri = uri;
  }

  /** One more. */
  add(address: string, scheme: string, uri: string): void {
    this.#earlier = [...this.bytes];
    this.bytesSent = 0;
    this.bytesReceived = 0;
    this.headLength = -1;
    this.addresses.push(address);
    this.statuses.push(-1);
    this.responseTimes.push(-1);
    this.connectTimes.push(-1);
    this.headerTimes.push(-1);
    this.#scheme = scheme;
    this.#uri = uri;
  }

  /** Read out of the head only when somebody asks. */
  get headers(): readonly string[] | undefined {
    return this.head?.headers;
  }

  get bytes(): readonly BytesOfAttempt[] {
    const body = this.headLength < 0 ? 0 : this.bytesReceived - this.headLength;
    const last = { sent: this.bytesSent, received: this.bytesReceived, body };
    return this.#earlier === undefined ? [last] : [...this.#earlier, last];
  }

  /** Written out only when an error is logged. */
  get url(): string {
    const address = this.addresses.at(-1)!;
    return `${this.#scheme}://${address}${address.startsWith('unix:') ? ':' : ''}${this.#uri}`;
  }

  /** There was no way to make the last attempt. */
  notMade(): void {
    this.addresses[this.addresses.length - 1] = '';
  }

  /** The last attempt was answered, with this status. */
  answered(status: number): void {
    this.statuses[this.statuses.length - 1] = status;
  }

  /** The last attempt is over; `status` holds where no answer came. Times in seconds. */
  ended(status: number, seconds: number): void {
    const last = this.statuses.length - 1;
    if (this.statuses[last] === -1) this.statuses[last] = status;
    this.responseTimes[last] = seconds;
  }

  connected(seconds: number): void {
    this.connectTimes[this.connectTimes.length - 1] = seconds;
  }

  headCame(seconds: number): void {
    this.headerTimes[this.headerTimes.length - 1] = seconds;
  }
}
