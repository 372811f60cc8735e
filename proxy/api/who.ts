import { readFileSync } from 'node:fs';
import { basicCredentials } from '../http/basic-credentials.ts';
import { isPassword } from '../http/crypt/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { RequestRates } from '../http/request-rates.ts';
import { entryOf } from '../http/user-file.ts';
import { machineTime } from '../http/zone-keeper.ts';

/**
 * Whether the client says (RFC 7617) that it is a user of this file, and knows his password. The file is one that htpasswd
 * writes, and is read each time, as `auth_basic_user_file` is. Throws the system's error when it can't be read.
 */
export function isUser(exchange: Exchange, file: string): boolean {
  const credentials = basicCredentials(exchange.header('authorization'));
  if (credentials === undefined) return false;
  const entry = entryOf(readFileSync(file, 'latin1'), credentials.user);
  return entry !== undefined && isPassword(credentials.password, entry);
}

export interface LimitOptions {
  /** Requests a second. */
  readonly rate: number;
  /** Requests that may come at once beside the first. */
  readonly burst: number;
}

/** Bytes for what is known of the clients, as in `zone=lists:1m`; whoever was not seen for longest is forgotten first. */
const zoneSize = 1024 * 1024;

/** How often each of many may ask: a leaky bucket for each, as `limit_req` with `nodelay` has them. */
export class Limit {
  readonly #rates = new RequestRates(zoneSize);
  /** Thousandths of a request, a second and at once. */
  readonly #rate: number;
  readonly #burst: number;

  constructor({ rate, burst }: LimitOptions) {
    this.#rate = rate * 1_000;
    this.#burst = burst * 1_000;
  }

  /** Counts one request of `key`, an address for example, and says true; or false when it is too much, and isn't counted. */
  admits(key: string): boolean {
    const now = machineTime();
    if (this.#rates.excess(key, now, this.#rate) > this.#burst) return false;
    this.#rates.account(key, now, this.#rate);
    return true;
  }
}

/** A limit that nobody has used yet. */
export function limit(options: LimitOptions): Limit {
  return new Limit(options);
}
