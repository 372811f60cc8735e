import type { Exchange } from '../../http/exchange.ts';
import { OpenFile, sendBody } from '../../http/file-body.ts';
import { subrequest } from '../../http/subrequest.ts';
import { NEXT, nextStatus } from '../failure.ts';
import type { ForwardSettings } from '../forward-request.ts';
import type { Keeper } from '../keeper.ts';
import { type ResponseHead, readResponseHead } from '../response-head.ts';
import { noteLastModified, redirectOf } from '../take-head.ts';
import { CachedRequest, type Found } from './cached-request.ts';
import { dutiesIn } from './duties.ts';
import type { EntryFacts } from './entry.ts';
import { type Freshness, factsOf, freshnessOf, validTime } from './freshness.ts';
import { serveKept } from './kept-hit.ts';
import { type CacheSettings, holds } from './settings.ts';
import { SteadyHead } from './steady-head.ts';
import type { EntryWriter } from './writer.ts';

/** What `$upstream_cache_status` says. */
type Status = 'MISS' | 'BYPASS' | 'EXPIRED' | 'STALE' | 'UPDATING' | 'REVALIDATED' | 'HIT';

/** How answers are understood, and put into the exchange. */
type Reading = Pick<ForwardSettings, 'takeHead' | 'protocol'>;

/**
 * One request between a client, a cache and an upstream: answers from the cache if it can, has the upstream asked
 * otherwise, and keeps the answer if it may. Source: the cache's parts of ngx_http_upstream.c.
 */
export class Caching implements Keeper {
  readonly #exchange: Exchange;
  readonly #settings: CacheSettings;
  readonly #reading: Reading;
  readonly #fetch: (caching: Caching) => void;
  readonly #cached: CachedRequest;
  /** Fetches for the cache, while the client of another request has the old answer. */
  readonly #background: boolean;
  #status: Status = 'MISS';
  #cacheable = true;
  #asked = false;
  #found: Freshness | undefined;
  #writer: EntryWriter | undefined;

  private constructor(
    exchange: Exchange,
    settings: CacheSettings,
    cached: CachedRequest,
    background: boolean,
    reading: Reading,
    fetch: (caching: Caching) => void,
  ) {
    this.#exchange = exchange;
    this.#settings = settings;
    this.#cached = cached;
    this.#background = background;
    this.#reading = reading;
    this.#fetch = fetch;
  }

  /**
   * Begins with a request. `key` is what the request asks the upstream for. `fetch` has the upstream asked, with the
   * caching as keeper of the answer, or with `undefined` for a request that has nothing to do with the cache.
   */
  static begin(
    exchange: Exchange,
    settings: CacheSettings,
    key: string,
    reading: Reading,
    fetch: (caching: Caching | undefined) => void,
  ): void {
    const zone = settings.methods.has(exchange.method) ? settings.zone(exchange) : undefined;
    if (zone === undefined) {
      fetch(undefined);
      return;
    }
    const { parent } = exchange;
    const inherited = parent === undefined ? undefined : settings.handedOver.get(parent);
    const full = settings.key === undefined ? key : settings.key(exchange);
    if (inherited === undefined && serveKept(exchange, settings, zone, full, reading.takeHead, now())) return;
    const duties = dutiesIn(exchange.zones, zone.path.name);
    const cached = inherited ?? new CachedRequest(zone, full, settings.use, exchange.requestHeaders, duties);
    const caching = new Caching(exchange, settings, cached, inherited !== undefined, reading, fetch);
    exchange.atEnd(() => caching.#clientDone());
    if (inherited === undefined) caching.#begin();
    else caching.#beginInBackground(parent!);
  }

  /** What the upstream is asked with. */
  get method(): string {
    const { method } = this.#exchange;
    return method === 'HEAD' && this.#settings.convertHead ? 'GET' : method;
  }

  /** Whether the request asks for the whole answer, without the client's conditions. */
  get cacheable(): boolean {
    return this.#cacheable;
  }

  /** Conditions under which the upstream may answer 304: name, value ... */
  get conditions(): readonly string[] {
    const facts = this.#cached.entry?.facts;
    if (!this.#settings.revalidate || this.#status !== 'EXPIRED' || facts === undefined) return [];
    const conditions: string[] = [];
    if (facts.lastModified >= 0) {
      conditions.push('If-Modified-Since', new Date(facts.lastModified * 1000).toUTCString());
    }
    if (facts.etag !== '') conditions.push('If-None-Match', facts.etag);
    return conditions;
  }

  #begin(): void {
    if (holds(this.#settings.bypass, this.#exchange)) {
      this.#set('BYPASS');
      this.#ask();
      return;
    }
    this.#set('MISS');
    this.#look();
  }

  /** The old answer is known to the cache, and this request is the one that gets a new one. */
  #beginInBackground(parent: Exchange): void {
    this.#settings.handedOver.delete(parent);
    this.#attempt(() => this.#cached.openOld());
    this.#askAgain();
  }

  #look(): void {
    let found: Found;
    try {
      found = this.#cached.open(now());
    } catch (error) {
      this.#exchange.logError('crit', `open() of a cache file failed (${(error as NodeJS.ErrnoException).code})`);
      this.#exchange.fail(500);
      return;
    }
    if (found !== 'rare') {
      this.#claim(found);
      return;
    }
    const all = this.#cached.recount((late) => {
      if (!this.#exchange.finished) this.#claim(late);
    });
    if (all !== undefined) this.#claim(all);
  }

  /** Whoever is to fetch asks the other processes first whether one of them does. */
  #claim(found: Found): void {
    if (found !== 'missing' && found !== 'stale') {
      this.#goOn(found);
      return;
    }
    const old = found === 'stale';
    const goOn = (mine: boolean): void => this.#goOn(mine ? found : old ? 'updating' : this.#cached.behind);
    const mine = this.#cached.claim(old, (late) => {
      if (this.#exchange.finished) return;
      if (late && this.#cached.storedMeanwhile(now())) this.#look();
      else goOn(late);
    });
    if (mine !== undefined) goOn(mine);
  }

  #goOn(found: Found): void {
    const { useStale, backgroundUpdate } = this.#settings;
    const mayBeOld = (useStale & NEXT.updating) !== 0 || this.#cached.staleWhileUpdating(now());
    switch (found) {
      case 'fresh':
        this.#serve('HIT');
        return;
      case 'stale':
        if (mayBeOld && backgroundUpdate) this.#serveAndUpdate();
        else this.#askAgain();
        return;
      case 'updating':
        if (mayBeOld) this.#serve('UPDATING');
        else this.#askAgain();
        return;
      case 'wait':
        this.#cached.wait(() => {
          if (!this.#exchange.finished) this.#look();
        });
        return;
      case 'missing':
        this.#ask();
        return;
      case 'rare':
      case 'scarce':
        this.#cacheable = false;
        this.#ask();
        return;
      default:
        this.#set('HIT');
        this.#cached.release();
        this.#exchange.fail(found);
    }
  }

  #askAgain(): void {
    this.#set('EXPIRED');
    this.#ask();
  }

  #ask(): void {
    const range = this.#exchange.header('range');
    if (range !== undefined && beginsAt(range) >= this.#settings.maxRangeOffset) this.#cacheable = false;
    this.#asked = true;
    this.#fetch(this);
  }

  #serveAndUpdate(): void {
    const exchange = this.#exchange;
    this.#settings.handedOver.set(exchange, this.#cached.handOver());
    const { uri, args } = exchange;
    this.#serve('STALE');
    subrequest(exchange, { uri, args, background: true });
  }

  /** Answers with what the cache has. */
  #serve(status: Status): void {
    this.#set(status);
    const exchange = this.#exchange;
    const reader = this.#cached.reader!;
    const { answer } = reader;
    const head = answer?.head ?? this.#headOf(reader.head.head);
    this.broken();
    if (head === undefined || 'problem' in head) {
      exchange.logError('crit', 'a cache file contains invalid header');
      exchange.fail(500);
      return;
    }
    if (answer !== undefined) answer.head = head;
    const alone = exchange.responseHeaders.length === 0;
    if (!this.#reading.takeHead(exchange, head)) return;
    this.#allow(true);
    if (answer !== undefined && exchange.contentLength !== undefined) {
      if (alone) answer.steady = SteadyHead.from(exchange, this.#reading.takeHead, head);
      exchange.respondKept(answer);
      return;
    }
    // An answer that came without its length goes without it again.
    exchange.sendHead();
    if (answer !== undefined) {
      exchange.write(answer.body);
      exchange.end();
      return;
    }
    const { bodyStart, bodyLength } = reader.head;
    sendBody(exchange, new OpenFile(reader.takeDescriptor(), bodyStart), bodyLength);
  }

  #headOf(text: string): ReturnType<typeof readResponseHead> {
    const { protocol } = this.#reading;
    return protocol === undefined ? readResponseHead(text) : protocol.readHead(text);
  }

  /** Conditions and ranges of the client are the server's business when the answer is one that anybody may get. `'one'` cuts one range at most. */
  #allow(ranges: true | 'one'): void {
    const exchange = this.#exchange;
    exchange.disableConditions = false;
    noteLastModified(exchange);
    if (exchange.responseHeader('accept-ranges') === undefined) return;
    exchange.allowRanges = ranges;
    exchange.removeResponseHeader('accept-ranges');
  }

  #set(status: Status): void {
    this.#status = status;
    // A subrequest has the variables of its parent, whose client gets another answer.
    if (this.#background) return;
    const facts = status === 'MISS' || status === 'BYPASS' ? undefined : this.#cached.entry?.facts;
    const { lastModified = -1, etag = '' } = facts ?? this.#exchange.cacheFacts ?? {};
    this.#exchange.cacheFacts = { status, lastModified, etag };
  }

  // What the upstream's answer comes to

  failed(kind: number): boolean {
    const old = this.#status === 'EXPIRED' && this.#cached.entry !== undefined;
    if (!old || ((this.#settings.useStale & kind) === 0 && !this.#cached.staleIfError(now()))) return false;
    this.#serve('STALE');
    return true;
  }

  failedWith(status: number): void {
    const seconds = this.#cacheable ? validTime(this.#settings.valid, status) : 0;
    if (seconds > 0) this.#cached.keepError(status, now() + seconds);
    this.broken();
  }

  answered(head: ResponseHead): boolean {
    const old = this.#status === 'EXPIRED' && this.#cached.entry !== undefined;
    if (old && (nextStatus(head.status) & this.#settings.useStale) !== 0) {
      this.#serve('STALE');
      return true;
    }
    this.#found = freshnessOf(head.headers, this.#settings.ignored, now());
    if (head.status !== 304 || !old || !this.#settings.revalidate) return false;
    this.#revalidated(this.#found);
    return true;
  }

  #revalidated(found: Freshness): void {
    const reader = this.#cached.reader!;
    const { facts, head } = reader.head;
    const stored = this.#headOf(head);
    const own =
      stored === undefined || 'problem' in stored
        ? undefined
        : freshnessOf(stored.headers, this.#settings.ignored, now());
    const from = found.validSec !== 0 ? found : (own ?? found);
    const seconds =
      from.validSec !== 0 || stored === undefined || 'problem' in stored
        ? 0
        : validTime(this.#settings.valid, stored.status);
    const validSec = from.validSec || (seconds > 0 ? now() + seconds : 0);
    if (validSec !== 0) {
      const { updatingSec, errorSec } = from;
      this.#cached.renew({ ...facts, validSec, updatingSec, errorSec, date: now() });
    }
    this.#serve('REVALIDATED');
  }

  intercepted({ status, commands, headers }: ResponseHead): void {
    const found = this.#found!;
    // Where an answer leads to is asked for each time; only error pages are kept.
    const leads = commands && redirectOf(this.#settings.ignored, headers) !== undefined;
    if (this.#cacheable && found.cacheable && !leads) {
      const until = found.validSec || now() + validTime(this.#settings.valid, status);
      if (until > now()) this.#cached.keepError(status, until);
    }
    this.broken();
  }

  begin(head: ResponseHead, text: string): void {
    const found = this.#found!;
    const { valid, noCache } = this.#settings;
    const status = head.status;
    const seconds = found.validSec === 0 ? validTime(valid, status) : 0;
    const validSec = found.validSec || (seconds > 0 ? now() + seconds : 0);
    if (!this.#cacheable || !found.cacheable || validSec === 0 || holds(noCache, this.#exchange)) {
      this.broken();
      return;
    }
    this.#allow('one');
    const facts: EntryFacts = factsOf(found, status, validSec, '', now());
    this.#attempt(() => {
      this.#writer = this.#cached.store(facts, text.slice(0, head.end));
    });
  }

  /** Until it turns out that the answer may not be kept, it is wanted whole. */
  get keeps(): boolean {
    return this.#cacheable;
  }

  write(piece: Buffer): void {
    this.#attempt(() => this.#writer?.write(piece));
  }

  complete(): void {
    if (this.#writer !== undefined) this.#attempt(() => this.#cached.commit());
    this.broken();
  }

  broken(): void {
    this.#writer = undefined;
    this.#cacheable = false;
    this.#cached.release();
  }

  /** A cache that can't be written to must not stop the answer. */
  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#exchange.logError('crit', `writing a cache file failed (${(error as NodeJS.ErrnoException).code})`);
      this.broken();
    }
  }

  /** The client has its answer, or is gone: what the cache waits for goes on. */
  #clientDone(): void {
    if (!this.#asked || !this.#cacheable) this.#cached.close();
  }
}

const now = (): number => Math.floor(Date.now() / 1000);

/** Where the first range begins; one that counts from the end begins beyond every limit. Source: ngx_http_upstream_cache_check_range. */
function beginsAt(range: string): number {
  const match = /^bytes=\s*(\d*)\s*-/i.exec(range);
  if (match === null) return -1;
  return match[1] === '' ? Number.POSITIVE_INFINITY : Number(match[1]);
}
