import { type Directive, parseOffset, parseSeconds, parseSize, parseTime } from '../../config/index.ts';
import { type CoreMainState, core } from '../../http/core.ts';
import type { Build } from '../../http/module.ts';
import { usePath } from '../../http/paths-in-use.ts';
import type { SharedZone } from '../../http/shared-zones.ts';
import type { ZoneAct, ZoneKeeper } from '../../http/zone-keeper.ts';
import { CacheDuties, dutyActs } from './duties.ts';
import { CacheManager } from './manager.ts';
import { CacheReports, type KeptFile } from './reports.ts';
import { type CachePath, CacheZone } from './zone.ts';

/** What `proxy_cache_path` declares: the files and what is known of them, and how one configuration wants them kept. */
export class Cache {
  readonly zone: CacheZone;
  readonly duties: CacheDuties;
  readonly #path: CachePath;
  readonly #manager: CacheManager;

  /** `earlier`: that of the configuration before, whose files are the same. */
  constructor(path: CachePath, earlier?: Cache) {
    const zone = earlier?.zone ?? new CacheZone(path);
    this.zone = zone;
    this.duties = earlier?.duties ?? new CacheDuties();
    this.#path = path;
    this.#manager = new CacheManager(zone);
  }

  /** The configuration is at work in this process. */
  begin({ tell }: ZoneKeeper): void {
    this.zone.path = this.#path;
    const { name } = this.#path;
    if (tell !== undefined)
      this.zone.reports = new CacheReports(this.zone, (kept) => tell(tellKept, { zone: name, kept }));
  }

  /** The configuration takes no more requests. */
  retire(): void {
    this.zone.reports?.flush();
  }

  /** From now on this process looks after the files ... */
  manage(): void {
    this.zone.path = this.#path;
    this.#manager.start();
  }

  /** ... until another configuration's cache does. */
  unmanage(): void {
    this.#manager.stop();
  }

  /** A worker tells what it has stored and given. */
  heard(kept: readonly KeptFile[]): void {
    this.#manager.heard(kept);
  }
}

const tellKept: ZoneAct<{ readonly zone: string; readonly kept: readonly KeptFile[] }, true> = {
  name: 'cache kept',
  perform(configuration, _, { zone, kept }) {
    (configuration.zones.named(zone).state as Cache).heard(kept);
    return true;
  },
};

/** What is done to caches for all processes. */
export const cacheActs: readonly ZoneAct[] = [...dutyActs, tellKept];

const LARGEST_LEVELS = 3;
const SMALLEST_ZONE = 8192;

/** Reads `proxy_cache_path path [levels=1:2] keys_zone=name:size ...`; the cache of an earlier configuration goes on when its place is the same. Source: ngx_http_file_cache_set_slot. */
export function readCachePath(directive: Directive, build: Build, owner: string): SharedZone {
  const folder = build.path(directive.words[0]!.text.replace(/\/$/, ''));
  const path = { ...DEFAULTS, folder, name: '', keysSize: 0 };
  for (const { text } of directive.words.slice(1)) readParameter(path, text, build);
  if (path.name === '' || path.keysSize === 0) build.fail(`"${directive.name}" must have "keys_zone" parameter`);
  usePath(build.configuration<CoreMainState>(core, 'main').paths, folder, path.levels, directive, 'cache');
  const shared = build.zone(path.name, path.keysSize, owner);
  if (shared.state !== undefined) build.fail(`duplicate zone "${path.name}"`);
  const earlier = build.earlierState(shared, owner) as Cache | undefined;
  const cache = new Cache(path, earlier?.zone.path.folder === folder ? earlier : undefined);
  shared.state = cache;
  shared.contents = cache.duties;
  return shared;
}

const DEFAULTS = {
  levels: [] as readonly number[],
  inactive: 600_000,
  maxSize: Number.POSITIVE_INFINITY,
  minFree: 0,
  useTempPath: true,
  managerFiles: 100,
  managerSleep: 50,
  loaderFiles: 100,
  loaderSleep: 50,
};

type Path = { -readonly [K in keyof CachePath]: CachePath[K] };

function readParameter(path: Path, text: string, build: Build): void {
  const equals = text.indexOf('=');
  const name = text.slice(0, Math.max(equals, 0));
  const value = text.slice(equals + 1);
  const numberOf = (read: (text: string) => number | undefined, words = `invalid ${name} value "${text}"`): number =>
    read(value) ?? build.fail(words);
  switch (name) {
    case 'levels':
      path.levels = levels(value) ?? build.fail(`invalid "levels" "${text}"`);
      return;
    case 'use_temp_path':
      if (value !== 'on' && value !== 'off')
        build.fail(`invalid use_temp_path value "${text}", it must be "on" or "off"`);
      path.useTempPath = value === 'on';
      return;
    case 'keys_zone': {
      const colon = value.indexOf(':');
      const size = colon < 0 ? undefined : parseSize(value.slice(colon + 1));
      path.keysSize = size ?? build.fail(`invalid keys zone size "${text}"`);
      if (path.keysSize < SMALLEST_ZONE) build.fail(`keys zone "${text}" is too small`);
      path.name = value.slice(0, colon);
      return;
    }
    case 'inactive':
      path.inactive = numberOf((words) => parseSeconds(words));
      return;
    case 'max_size':
      path.maxSize = numberOf(parseOffset);
      return;
    case 'min_free':
      path.minFree = numberOf(parseOffset);
      return;
    case 'loader_files':
      path.loaderFiles = numberOf(whole);
      return;
    case 'manager_files':
      path.managerFiles = numberOf(whole);
      return;
    case 'loader_sleep':
      path.loaderSleep = numberOf((words) => parseTime(words));
      return;
    case 'manager_sleep':
      path.managerSleep = numberOf((words) => parseTime(words));
      return;
    case 'loader_threshold':
    case 'manager_threshold':
      numberOf((words) => parseTime(words));
      return;
    default:
      build.fail(`invalid parameter "${text}"`);
  }
}

const whole = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);

function levels(text: string): number[] | undefined {
  const parts = text.split(':');
  if (parts.length > LARGEST_LEVELS || !parts.every((part) => part === '1' || part === '2')) return undefined;
  return parts.map(Number);
}
