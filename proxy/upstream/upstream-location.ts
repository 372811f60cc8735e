import { ConfigError } from '../config/index.ts';
import { HeaderSet } from '../http/header-set.ts';
import type { TemporaryPath } from '../http/temporary-file.ts';
import { type CacheLocation, mergeCache } from './cache/directives.ts';
import type { CacheSettings } from './cache/settings.ts';
import { NEXT } from './failure.ts';
import type { ForwardSettings } from './forward-request.ts';
import type { Bind } from './local-address.ts';
import type { Store } from './storing.ts';
import type { TlsLocation } from './upstream-tls.ts';

/**
 * What a location says of requests to an upstream, whatever protocol they are sent by: nginx's ngx_http_upstream_conf_t.
 * What isn't set is `undefined` until it is merged. Times in milliseconds, sizes in bytes.
 */
export interface UpstreamLocation {
  connectTimeout?: number;
  sendTimeout?: number;
  readTimeout?: number;
  nextUpstream?: number;
  nextUpstreamTries?: number;
  nextUpstreamTimeout?: number;
  bufferSize?: number;
  buffers?: { readonly number: number; readonly size: number };
  busyBuffersSize?: number;
  maxTempFileSize?: number;
  tempFileWriteSize?: number;
  tempPath?: TemporaryPath;
  buffering?: boolean;
  requestBuffering?: boolean;
  ignoreClientAbort?: boolean;
  interceptErrors?: boolean;
  passRequestHeaders?: boolean;
  passRequestBody?: boolean;
  hideHeaders?: string[];
  passHeaders?: string[];
  ignoreHeaders?: ReadonlySet<string>;
  socketKeepalive?: boolean;
  forceRanges?: boolean;
  /** Bytes a second that are read of an answer; 0 is unlimited. */
  limitRate?: number;
  bind?: Bind;
  store?: Store;
  storeAccess?: number;
  ssl: TlsLocation;
  readonly cache: CacheLocation;

  // Made by the merge.
  hidden?: HeaderSet;
  settings?: ForwardSettings;
  caching?: CacheSettings | undefined;
}

const DEFAULTS = {
  connectTimeout: 60_000,
  sendTimeout: 60_000,
  readTimeout: 60_000,
  nextUpstream: NEXT.error | NEXT.timeout,
  nextUpstreamTries: 0,
  nextUpstreamTimeout: 0,
  bufferSize: 4096,
  buffers: { number: 8, size: 4096 },
  maxTempFileSize: 1024 ** 3,
  buffering: true,
  requestBuffering: true,
  ignoreClientAbort: false,
  interceptErrors: false,
  passRequestHeaders: true,
  passRequestBody: true,
  ignoreHeaders: new Set<string>(),
  socketKeepalive: false,
  forceRanges: false,
  limitRate: 0,
  bind: 'off',
  storeAccess: 0o600,
} as const;

const INHERITED = ['store', 'hideHeaders', 'passHeaders', 'busyBuffersSize', 'tempFileWriteSize', 'tempPath'] as const;

/**
 * Fills in what `child` left unset. `prefix` is that of the directives, `hidden` the headers that stay here unless the
 * configuration passes them on. Throws in nginx's words. Source: ngx_http_proxy_merge_loc_conf and its like.
 */
export function mergeUpstreamLocation(
  prefix: string,
  hidden: readonly string[],
  parent: UpstreamLocation,
  child: UpstreamLocation,
): void {
  // An answer is stored or cached: what this place says counts.
  if (child.store !== undefined && child.store !== 'off') child.cache.cache = 'off';
  else if (child.cache.cache !== undefined && child.cache.cache !== 'off') child.store = 'off';
  for (const key of INHERITED)
    if (child[key] === undefined && parent[key] !== undefined) Object.assign(child, { [key]: parent[key] });
  for (const key of Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[]) {
    Object.assign(child, { [key]: child[key] ?? parent[key] ?? DEFAULTS[key] });
  }
  checkBuffers(prefix, child);
  child.ssl = { ...parent.ssl, ...child.ssl };
  mergeCache(prefix, parent.cache, child.cache);
  const shown = new Set((child.passHeaders ?? []).map((name) => name.toLowerCase()));
  child.hidden = new HeaderSet(
    [...hidden, ...(child.hideHeaders ?? [])].filter((name) => !shown.has(name.toLowerCase())),
  );
}

/** The sizes must fit one another. */
function checkBuffers(prefix: string, location: UpstreamLocation): void {
  const { bufferSize, buffers, busyBuffersSize, maxTempFileSize, tempFileWriteSize } = location;
  const { number, size } = buffers!;
  if (number < 2) throw new ConfigError(`there must be at least 2 "${prefix}_buffers"`);
  const largest = Math.max(bufferSize!, size);
  const busy = busyBuffersSize ?? 2 * largest;
  const maximum = `the maximum of the value of "${prefix}_buffer_size" and one of the "${prefix}_buffers"`;
  if (busy < largest) {
    throw new ConfigError(`"${prefix}_busy_buffers_size" must be equal to or greater than ${maximum}`);
  }
  if (busy > (number - 1) * size) {
    throw new ConfigError(
      `"${prefix}_busy_buffers_size" must be less than the size of all "${prefix}_buffers" minus one buffer`,
    );
  }
  if (tempFileWriteSize !== undefined && tempFileWriteSize < largest) {
    throw new ConfigError(`"${prefix}_temp_file_write_size" must be equal to or greater than ${maximum}`);
  }
  if (maxTempFileSize !== 0 && maxTempFileSize! < largest) {
    throw new ConfigError(
      `"${prefix}_max_temp_file_size" must be equal to zero to disable temporary files usage or must be equal to or greater than ${maximum}`,
    );
  }
}
