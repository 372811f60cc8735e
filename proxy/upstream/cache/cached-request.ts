import type { Duties } from './duties.ts';
import type { EntryFacts, EntryHead } from './entry.ts';
import { digestOf, variantOf } from './keys.ts';
import { EntryReader } from './reader.ts';
import { EntryWriter } from './writer.ts';
import type { CacheNode, CacheZone } from './zone.ts';

/** How a location uses its cache. Times in milliseconds. */
export interface CacheUse {
  readonly minUses: number;
  readonly lock: boolean;
  readonly lockTimeout: number;
  readonly lockAge: number;
}

/**
 * What looking for an answer came to: one that is fresh; one that isn't, and this request is to fetch a new one; one
 * that isn't, and another request is fetching; none, and this request's answer may be kept; none, and it may not be
 * (a lock waited for too long), or only if other processes were asked often enough for `min_uses`; another request is fetching, and this one waits; or an error that is kept.
 */
export type Found = 'fresh' | 'stale' | 'updating' | 'missing' | 'scarce' | 'rare' | 'wait' | number;

/** Between two looks at what another process may have stored. */
const LOOK_AGAIN = 500;

/** One request's dealings with one cache: nginx's `r->cache`. It holds its node from `open` to `release`. Source: ngx_http_file_cache.c. */
export class CachedRequest {
  readonly #zone: CacheZone;
  readonly #key: string;
  readonly #use: CacheUse;
  readonly #requestHeaders: readonly string[];
  readonly #duties: Duties;
  readonly #mainDigest: string;
  /** The digest in use: the main one, or that of a variant. */
  #digest: string;
  #node: CacheNode | undefined;
  #updates = false;
  /** No other process has the duty to fetch it, either. */
  #alone = false;
  #lookedAgain = false;
  #secondary = false;
  #reader: EntryReader | undefined;
  #writer: EntryWriter | undefined;
  #waitUntil = 0;
  #lockOver = false;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  /** `key` is a byte string. */
  constructor(zone: CacheZone, key: string, use: CacheUse, requestHeaders: readonly string[], duties: Duties) {
    this.#zone = zone;
    this.#duties = duties;
    this.#key = key;
    this.#use = use;
    this.#requestHeaders = requestHeaders;
    this.#mainDigest = digestOf(key);
    this.#digest = this.#mainDigest;
  }

  /** The answer that was found, fresh or not. */
  get entry(): EntryHead | undefined {
    return this.#reader?.head;
  }

  get reader(): EntryReader | undefined {
    return this.#reader;
  }

  /** Whether the answer that was found may still be served while a new one is fetched, and instead of an error (RFC 5861). */
  staleWhileUpdating(now: number): boolean {
    const facts = this.entry?.facts;
    return facts !== undefined && facts.validSec + facts.updatingSec >= now;
  }

  staleIfError(now: number): boolean {
    const facts = this.entry?.facts;
    return facts !== undefined && facts.validSec + facts.errorSec >= now;
  }

  /** Looks for the answer. `now` in seconds. Throws what the file system throws, but for a file that isn't there. */
  open(now: number): Found {
    const node = this.#hold();
    if (node.error !== 0 && node.errorUntil >= now) return node.error;
    node.error = 0;
    // Another process may have stored it, or removed it.
    const reader = this.#openFile();
    if (reader === undefined) {
      if (node.exists) node.uses = 1;
      this.#zone.gone(node);
      return node.uses < this.#use.minUses ? 'rare' : this.#lock(node);
    }
    return this.#take(reader, node, now);
  }

  /**
   * Whether it may fetch, now that no other request of this process does: `open` has found nothing, or an `old` answer.
   * `undefined` where another process must be asked; `go` is told then.
   */
  claim(old: boolean, go: (mine: boolean) => void): boolean | undefined {
    if (!this.#updates) return true;
    const digest = this.#digest;
    let heard = false;
    const mine = this.#duties.take(digest, old, this.#use.lockAge, (late) => {
      if (late === true) {
        if (this.#updates && this.#digest === digest) this.#alone = true;
        else this.#duties.free(digest);
      }
      if (heard) return;
      heard = true;
      // Whoever has the duties is silent: better twice than never.
      go(this.#obey(late ?? true));
    });
    if (mine === undefined) return undefined;
    this.#alone = mine;
    return this.#obey(mine);
  }

  /**
   * Whether another process had stored a fresh answer by the time this one got the duty; then this one lays it down, and
   * `open` finds the answer. Once for a request: what is stored may be for others.
   */
  storedMeanwhile(now: number): boolean {
    if (this.#lookedAgain) return false;
    this.#lookedAgain = true;
    const reader = this.#openFile();
    const fresh = reader !== undefined && reader.head.facts.validSec >= now;
    reader?.close();
    if (fresh) this.release();
    return fresh;
  }

  /**
   * What becomes of a request whose answer was asked for too seldom here (`rare`), all processes together. `undefined`
   * where another one must be asked; `go` is told then.
   */
  recount(go: (found: Found) => void): Found | undefined {
    const settled = (uses: number): Found =>
      uses >= this.#use.minUses && this.#node !== undefined ? this.#lock(this.#node) : 'scarce';
    let heard = false;
    const uses = this.#duties.count(this.#digest, this.#zone.path.inactive, (late) => {
      if (!heard) go(settled(late ?? 0));
      heard = true;
    });
    return uses === undefined ? undefined : settled(uses);
  }

  /** What becomes of a request that another process is ahead of. */
  get behind(): 'wait' | 'scarce' {
    return this.#lockOver || this.#use.lockTimeout === 0 ? 'scarce' : 'wait';
  }

  #obey(mine: boolean): boolean {
    if (!mine && this.#updates) {
      this.#updates = false;
      this.#node!.updating = false;
    }
    return mine;
  }

  /** Another request fetches: `go` is called once it has come to an end, or waiting has. Then `open` again. */
  wait(go: () => void): void {
    const node = this.#node!;
    this.#waitUntil ||= performance.now() + this.#use.lockTimeout;
    const wake = (): void => {
      this.#stopWaiting();
      if (performance.now() >= this.#waitUntil) this.#lockOver = true;
      go();
    };
    this.#wake = wake;
    node.waiting.add(wake);
    const left = Math.max(0, Math.min(this.#waitUntil, node.lockedUntil) - performance.now());
    this.#timer = setTimeout(wake, Math.min(left, LOOK_AGAIN));
  }

  /** Gives the duty to fetch a new answer to another request, and keeps the old one. */
  handOver(): CachedRequest {
    const other = new CachedRequest(this.#zone, this.#key, this.#use, this.#requestHeaders, this.#duties);
    other.#digest = this.#digest;
    other.#secondary = this.#secondary;
    other.#node = this.#node;
    other.#updates = this.#updates;
    other.#alone = this.#alone;
    this.#node = undefined;
    this.#updates = false;
    this.#alone = false;
    return other;
  }

  /** Opens the old answer for a request that has taken the duty over. */
  openOld(): void {
    this.#reader = this.#openFile();
  }

  /** Begins to store an answer. Throws what the file system throws. */
  store(facts: Omit<EntryFacts, 'variant'>, head: string): EntryWriter {
    const variant = facts.vary === '' ? '' : variantOf(this.#mainDigest, facts.vary, this.#requestHeaders);
    this.#returnToMain(variant);
    this.#hold();
    const file = this.#zone.file(this.#digest);
    this.#writer = new EntryWriter(file, this.#zone.nextWriter(), this.#key, { ...facts, variant }, head);
    return this.#writer;
  }

  /** The whole answer has been written: others get it from now on. Throws what the file system throws. */
  commit(): void {
    const size = this.#writer!.commit();
    this.#writer = undefined;
    this.#zone.stored(this.#node!, size);
    this.#zone.kept.forget(this.#digest);
    this.release();
  }

  /** The answer that was found is still good until then. */
  renew(facts: EntryFacts): void {
    this.#reader?.renew(facts);
    this.#zone.kept.forget(this.#digest);
  }

  /** The error is the answer for everybody until then (seconds). */
  keepError(status: number, until: number): void {
    const node = this.#node;
    if (node === undefined) return;
    node.error = status;
    node.errorUntil = until;
  }

  /** Lets go of everything; whoever waited tries now. Calling it again does nothing. */
  release(): void {
    this.#stopWaiting();
    this.#writer?.discard();
    this.#writer = undefined;
    this.#letGo();
  }

  /** Closes the answer that was found. */
  close(): void {
    this.release();
    this.#reader?.close();
  }

  #openFile(): EntryReader | undefined {
    return EntryReader.open(this.#zone.file(this.#digest), this.#digest, this.#zone.kept);
  }

  #hold(): CacheNode {
    if (this.#node !== undefined) return this.#node;
    const { node } = this.#zone.use(this.#digest);
    this.#node = node;
    node.holders++;
    return node;
  }

  #letGo(): void {
    const node = this.#node;
    if (node === undefined) return;
    this.#node = undefined;
    node.holders--;
    if (!this.#updates) return;
    this.#updates = false;
    node.updating = false;
    if (this.#alone) this.#duties.free(node.digest);
    this.#alone = false;
    for (const wake of [...node.waiting]) wake();
  }

  #lock(node: CacheNode): Found {
    const { lock, lockAge } = this.#use;
    if (!lock) return 'missing';
    const now = performance.now();
    if (!node.updating || node.lockedUntil <= now) {
      node.updating = true;
      node.lockedUntil = now + lockAge;
      this.#updates = true;
      return 'missing';
    }
    return this.behind;
  }

  #take(reader: EntryReader, node: CacheNode, now: number): Found {
    const { facts, key } = reader.head;
    const variant = facts.vary === '' ? '' : variantOf(this.#mainDigest, facts.vary, this.#requestHeaders);
    if (key !== this.#key || (variant !== facts.variant && this.#secondary)) {
      reader.close();
      return this.#lock(node);
    }
    if (variant !== facts.variant) {
      reader.close();
      if (!node.exists) this.#zone.stored(node, reader.size);
      this.#letGo();
      this.#secondary = true;
      this.#digest = variant;
      return this.open(now);
    }
    this.#reader?.close();
    this.#reader = reader;
    if (!node.exists || node.size !== reader.size) this.#zone.stored(node, reader.size);
    if (facts.validSec >= now) return 'fresh';
    if (node.updating) return 'updating';
    node.updating = true;
    node.lockedUntil = performance.now() + this.#use.lockAge;
    this.#updates = true;
    return 'stale';
  }

  /** A variant's place is for that variant alone; an answer that turns out to be another one takes the main place. */
  #returnToMain(variant: string): void {
    if (!this.#secondary || variant === this.#digest) return;
    this.#letGo();
    this.#secondary = false;
    this.#digest = this.#mainDigest;
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#wake !== undefined) this.#node?.waiting.delete(this.#wake);
    this.#wake = undefined;
  }
}
