import { ConfigError, type Directive, flag, number, offset, parseSeconds, time } from '../../config/index.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { Build, ComplexValue, DirectiveSpec } from '../../http/module.ts';
import type { SharedZone } from '../../http/shared-zones.ts';
import { choice, slot, within } from '../../http/slot.ts';
import type { ZoneKeeper } from '../../http/zone-keeper.ts';
import { reasonBits } from '../failure.ts';
import { type Cache, readCachePath } from './cache-path.ts';
import type { ValidTime } from './freshness.ts';
import type { CacheSettings } from './settings.ts';
import type { CacheZone } from './zone.ts';

/** The caches that a module's `http` block declares. */
export interface CacheMain {
  readonly caches: SharedZone[];
}

/** What a module that can cache does of caches over its life. */
export const cacheMain = {
  createMain: (): CacheMain => ({ caches: [] }),
  begin({ caches }: CacheMain, zones: ZoneKeeper): void {
    for (const { state } of caches) (state as Cache).begin(zones);
  },
  retire({ caches }: CacheMain): void {
    for (const { state } of caches) (state as Cache).retire();
  },
  takeCharge({ caches }: CacheMain): void {
    for (const { state } of caches) (state as Cache).manage();
  },
  resign({ caches }: CacheMain): void {
    for (const { state } of caches) (state as Cache).unmanage();
  },
};

/** What a location says of caching; what isn't set is `undefined` until it is merged. Times in milliseconds. */
export interface CacheLocation {
  cache?: 'off' | SharedZone | ComplexValue;
  key?: ComplexValue;
  methods?: ReadonlySet<string>;
  bypass?: ComplexValue[];
  noCache?: ComplexValue[];
  valid?: ValidTime[];
  minUses?: number;
  lock?: boolean;
  lockTimeout?: number;
  lockAge?: number;
  useStale?: number;
  revalidate?: boolean;
  convertHead?: boolean;
  backgroundUpdate?: boolean;
  maxRangeOffset?: number;
}

/** A location's configuration of a module that can cache. */
export interface Caches {
  readonly cache: CacheLocation;
  /** What is stored can't be cached as well. */
  readonly store?: unknown;
}

const EVERYWHERE = ['http', 'server', 'location'] as const;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'MKCOL', 'COPY', 'MOVE', 'OPTIONS', 'PROPFIND'] as const;
const USUAL: readonly number[] = [200, 301, 302];

type Reader<K extends keyof CacheLocation> = (directive: Directive, build: Build) => CacheLocation[K];

/** The directives of a cache for the module whose names begin with `prefix` (`proxy`, `fastcgi`, `uwsgi`). `owner` is the module's name, `stale` what its `_cache_use_stale` may name. */
export function cacheDirectives(prefix: string, owner: string, stale: readonly string[]): DirectiveSpec[] {
  const once = <K extends keyof CacheLocation>(
    name: string,
    words: DirectiveSpec['arguments'],
    key: K,
    read: Reader<K>,
  ): DirectiveSpec =>
    within('cache', slot<CacheLocation>('location', EVERYWHERE, `${prefix}_cache${name}`, key, read, words));
  const choices = (
    name: string,
    key: 'methods' | 'useStale',
    words: readonly string[],
    made: (chosen: ReadonlySet<string>) => unknown,
  ): DirectiveSpec =>
    within('cache', choice<CacheLocation>('location', EVERYWHERE, `${prefix}_cache${name}`, key, words, made));
  const conditions = (key: 'bypass' | 'noCache'): DirectiveSpec['set'] => {
    return ({ cache }: Caches, directive, build) => {
      cache[key] = [...(cache[key] ?? []), ...directive.words.map(({ text }) => build.value(text))];
    };
  };
  const any = [1, Number.POSITIVE_INFINITY] as const;
  return [
    {
      name: `${prefix}_cache_path`,
      contexts: ['http'],
      arguments: [2, Number.POSITIVE_INFINITY],
      level: 'main',
      set: (main: CacheMain, directive, build) => void main.caches.push(readCachePath(directive, build, owner)),
    },
    {
      ...once('', 1, 'cache', (directive, build) => readCache(directive, build, owner)),
      set(location: Caches, directive, build) {
        if (location.cache.cache !== undefined) build.fail(`"${directive.name}" directive is duplicate`);
        const cache = readCache(directive, build, owner)!;
        location.cache.cache = cache;
        if (cache !== 'off' && location.store !== undefined && location.store !== 'off') {
          build.fail(`"${directive.name}" directive is incompatible with "${prefix}_store"`);
        }
      },
    },
    once('_key', 1, 'key', (directive, build) => build.value(directive.words[0]!.text)),
    choices('_methods', 'methods', METHODS, (chosen) => new Set(['GET', 'HEAD', ...chosen])),
    once('_min_uses', 1, 'minUses', (directive) => number(directive)),
    once('_lock', 'flag', 'lock', flag),
    once('_lock_timeout', 1, 'lockTimeout', (directive) => time(directive)),
    once('_lock_age', 1, 'lockAge', (directive) => time(directive)),
    choices('_use_stale', 'useStale', ['off', ...stale], staleBits),
    once('_revalidate', 'flag', 'revalidate', flag),
    once('_background_update', 'flag', 'backgroundUpdate', flag),
    once('_max_range_offset', 1, 'maxRangeOffset', (directive) => offset(directive)),
    {
      name: `${prefix}_cache_valid`,
      contexts: EVERYWHERE,
      arguments: any,
      level: 'location',
      set: ({ cache }: Caches, directive, build) => {
        cache.valid = [...(cache.valid ?? []), ...readValid(directive, build)];
      },
    },
    {
      name: `${prefix}_cache_bypass`,
      contexts: EVERYWHERE,
      arguments: any,
      level: 'location',
      set: conditions('bypass'),
    },
    { name: `${prefix}_no_cache`, contexts: EVERYWHERE, arguments: any, level: 'location', set: conditions('noCache') },
  ];
}

function readCache(directive: Directive, build: Build, owner: string): CacheLocation['cache'] {
  const { text } = directive.words[0]!;
  if (text === 'off') return 'off';
  return build.hasVariables(text) ? build.value(text) : build.zone(text, 0, owner);
}

function staleBits(chosen: ReadonlySet<string>): number {
  if (chosen.has('off')) return 0;
  return reasonBits(chosen);
}

/** `[code ...] time`. Source: ngx_http_file_cache_valid_set_slot. */
function readValid(directive: Directive, build: Build): ValidTime[] {
  const words = directive.words.map(({ text }) => text);
  const last = words.pop()!;
  const milliseconds = parseSeconds(last) ?? build.fail(`invalid time value "${last}"`);
  const seconds = Math.floor(milliseconds / 1000);
  if (words.length === 0) return USUAL.map((status) => ({ status, seconds }));
  return words.map((text) => {
    const status = text === 'any' ? 0 : Number(text);
    if (text !== 'any' && !(/^\d+$/.test(text) && status >= 100 && status <= 599)) {
      build.fail(`invalid status "${text}"`);
    }
    return { status, seconds };
  });
}

/** Fills in what `child` left unset. Throws nginx's error for a cache that nobody declared. */
export function mergeCache(prefix: string, parent: CacheLocation, child: CacheLocation): void {
  for (const key of Object.keys(parent) as (keyof CacheLocation)[]) {
    if (child[key] === undefined) Object.assign(child, { [key]: parent[key] });
  }
  const { cache } = child;
  if (typeof cache === 'object' && cache.state === undefined) {
    throw new ConfigError(`"${prefix}_cache" zone "${cache.name}" is unknown`);
  }
}

/** What requests of a location need; `undefined` where nothing is cached. `caches` are all that the module declares. */
export function cacheSettings(
  location: CacheLocation,
  ignored: ReadonlySet<string>,
  caches: readonly SharedZone[],
): CacheSettings | undefined {
  const { cache } = location;
  if (cache === undefined || cache === 'off') return undefined;
  return {
    zone: typeof cache === 'function' ? chosenZone(cache, caches) : () => (cache.state as Cache).zone,
    key: location.key,
    methods: location.methods ?? new Set(['GET', 'HEAD']),
    bypass: location.bypass ?? [],
    noCache: location.noCache ?? [],
    valid: location.valid ?? [],
    use: {
      minUses: location.minUses ?? 1,
      lock: location.lock ?? false,
      lockTimeout: location.lockTimeout ?? 5000,
      lockAge: location.lockAge ?? 5000,
    },
    useStale: location.useStale ?? 0,
    revalidate: location.revalidate ?? false,
    convertHead: location.convertHead ?? false,
    backgroundUpdate: location.backgroundUpdate ?? false,
    maxRangeOffset: location.maxRangeOffset ?? Number.POSITIVE_INFINITY,
    ignored,
    handedOver: new WeakMap(),
  };
}

/** `proxy_cache $name`: the cache of that name, none for "" and "off". */
function chosenZone(value: ComplexValue, caches: readonly SharedZone[]): CacheSettings['zone'] {
  return (exchange: Exchange): CacheZone | undefined => {
    const name = value(exchange);
    if (name === '' || name === 'off') return undefined;
    const found = caches.find((candidate) => candidate.name === name);
    if (found === undefined) exchange.logError('error', `cache "${name}" not found`);
    return (found?.state as Cache | undefined)?.zone;
  };
}
