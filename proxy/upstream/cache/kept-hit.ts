import type { Exchange } from '../../http/exchange.ts';
import type { ForwardSettings } from '../forward-request.ts';
import { type CacheSettings, holds } from './settings.ts';
import type { CacheZone } from './zone.ts';

/**
 * Answers from memory when that is all there is to it: the answer under this key is the same for everybody, fresh, and its
 * head has been understood before. False when the cache has to be asked in the usual way. `now` in seconds.
 */
export function serveKept(
  exchange: Exchange,
  settings: CacheSettings,
  zone: CacheZone,
  key: string,
  takeHead: ForwardSettings['takeHead'],
  now: number,
): boolean {
  const entry = zone.kept.ofKey(key);
  if (entry === undefined || entry.head.facts.validSec < now) return false;
  const { answer, digest } = entry;
  const { steady } = answer;
  if (steady === undefined || steady.takeHead !== takeHead) return false;
  const known = zone.nodes.get(digest);
  if (known === undefined || (known.error !== 0 && known.errorUntil >= now)) return false;
  if (exchange.responseHeaders.length > 0 || holds(settings.bypass, exchange)) return false;
  if (!zone.kept.holds(entry)) return false;
  known.error = 0;
  zone.use(digest);
  exchange.cacheFacts = entry.hit;
  steady.putInto(exchange);
  exchange.respondKept(answer);
  return true;
}
