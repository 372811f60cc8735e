import type { Exchange } from '../../http/exchange.ts';
import type { ComplexValue } from '../../http/module.ts';
import type { CachedRequest, CacheUse } from './cached-request.ts';
import type { ValidTime } from './freshness.ts';
import type { CacheZone } from './zone.ts';

/** `proxy_cache` and its like, as a location has them after the merge. */
export interface CacheSettings {
  /** The cache for a request; `undefined` when there is none for it. */
  zone(exchange: Exchange): CacheZone | undefined;
  /** `proxy_cache_key`; the address that is asked for when not given. */
  readonly key: ComplexValue | undefined;
  readonly methods: ReadonlySet<string>;
  readonly bypass: readonly ComplexValue[];
  readonly noCache: readonly ComplexValue[];
  readonly valid: readonly ValidTime[];
  readonly use: CacheUse;
  /** Bits of `NEXT`. */
  readonly useStale: number;
  readonly revalidate: boolean;
  readonly convertHead: boolean;
  readonly backgroundUpdate: boolean;
  /** Bytes; a range that begins later is passed on and not cached. */
  readonly maxRangeOffset: number;
  /** Lower-case names of `proxy_ignore_headers`. */
  readonly ignored: ReadonlySet<string>;
  /** What requests in the background have taken over from those that wait for nothing, by the latter. */
  readonly handedOver: WeakMap<Exchange, CachedRequest>;
}

/** Whether one of the conditions holds: it is neither empty nor "0". Source: ngx_http_test_predicates. */
export function holds(conditions: readonly ComplexValue[], exchange: Exchange): boolean {
  return conditions.some((condition) => {
    const value = condition(exchange);
    return value !== '' && value !== '0';
  });
}
