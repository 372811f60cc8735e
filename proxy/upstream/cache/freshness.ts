import { parseHttpDate } from '../../http/http-date.ts';
import type { EntryFacts } from './entry.ts';

/** `proxy_cache_valid`: seconds by status; status 0 is `any`. The first that fits counts. */
export interface ValidTime {
  readonly status: number;
  readonly seconds: number;
}

/** What an answer's own headers say about keeping it. */
export interface Freshness {
  cacheable: boolean;
  /** 0 when the headers say nothing, and `proxy_cache_valid` decides. */
  validSec: number;
  updatingSec: number;
  errorSec: number;
  vary: string;
  etag: string;
  lastModified: number;
}

/** Longest `Vary` that is understood: longer ones are not cached. Source: NGX_HTTP_CACHE_VARY_LEN. */
const MOST_VARY = 128;

/**
 * Reads `X-Accel-Expires`, `Cache-Control`, `Expires`, `Set-Cookie` and `Vary` of an upstream's answer, in the order
 * in which they came, as nginx does. `headers`: name, value, name, value ...; `ignored`: lower-case names of
 * `proxy_ignore_headers`; `now` in seconds. Source: ngx_http_upstream_process_cache_control and its neighbours.
 */
export function freshnessOf(headers: readonly string[], ignored: ReadonlySet<string>, now: number): Freshness {
  const found: Freshness = {
    cacheable: true,
    validSec: 0,
    updatingSec: 0,
    errorSec: 0,
    vary: '',
    etag: '',
    lastModified: -1,
  };
  let accelerated = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    const value = headers[i + 1]!;
    if (name === 'etag') found.etag = value;
    else if (name === 'last-modified') found.lastModified = httpSeconds(value) ?? -1;
    if (ignored.has(name)) continue;
    if (name === 'x-accel-expires') {
      accelerated = true;
      takeAccelExpires(found, value, now);
    } else if (name === 'cache-control') {
      if (found.validSec === 0 || !accelerated) takeCacheControl(found, value, now);
    } else if (name === 'expires') {
      if (found.validSec === 0) takeExpires(found, value, now);
    } else if (name === 'set-cookie') {
      found.cacheable = false;
    } else if (name === 'vary') {
      if (value.length > MOST_VARY || value === '*') found.cacheable = false;
      found.vary = value;
    }
  }
  return found;
}

function takeAccelExpires(found: Freshness, value: string, now: number): void {
  const absolute = value.startsWith('@');
  const digits = absolute ? value.slice(1) : value;
  if (!/^\d+$/.test(digits)) return;
  const seconds = Number(digits);
  if (absolute) found.validSec = seconds;
  else if (seconds === 0) found.cacheable = false;
  else found.validSec = now + seconds;
}

function takeCacheControl(found: Freshness, value: string, now: number): void {
  const text = value.toLowerCase();
  if (/no-cache|no-store|private/.test(text)) {
    found.cacheable = false;
    return;
  }
  const age = secondsAfter(text, 's-maxage=') ?? secondsAfter(text, 'max-age=');
  if (age !== undefined) {
    if (!(age > 0)) {
      found.cacheable = false;
      return;
    }
    found.validSec = now + age;
  }
  const updating = secondsAfter(text, 'stale-while-revalidate=');
  const error = secondsAfter(text, 'stale-if-error=');
  if (Number.isNaN(updating) || Number.isNaN(error)) {
    found.cacheable = false;
    return;
  }
  if (updating !== undefined) {
    found.updatingSec = updating;
    found.errorSec = updating;
  }
  if (error !== undefined) found.errorSec = error;
}

/** The number after a word: `undefined` without the word, NaN when it isn't a number. */
function secondsAfter(text: string, word: string): number | undefined {
  const at = text.indexOf(word);
  if (at < 0) return undefined;
  const digits = /^[^,; ]*/.exec(text.slice(at + word.length))![0];
  return /^\d*$/.test(digits) ? Number(digits) : Number.NaN;
}

function takeExpires(found: Freshness, value: string, now: number): void {
  const expires = httpSeconds(value);
  if (expires === undefined || expires < now) found.cacheable = false;
  else found.validSec = expires;
}

function httpSeconds(date: string): number | undefined {
  const time = parseHttpDate(date);
  return Number.isNaN(time) ? undefined : Math.floor(time / 1000);
}

/** Seconds that `proxy_cache_valid` gives a status; 0 when none fits. */
export function validTime(times: readonly ValidTime[], status: number): number {
  return times.find((time) => time.status === 0 || time.status === status)?.seconds ?? 0;
}

/** The facts of an answer that is to be stored. */
export function factsOf(found: Freshness, status: number, validSec: number, variant: string, now: number): EntryFacts {
  // Only what can be asked for again with a condition carries its validators.
  const validators = status === 200 || status === 206;
  return {
    validSec,
    updatingSec: found.updatingSec,
    errorSec: found.errorSec,
    date: now,
    lastModified: validators ? found.lastModified : -1,
    etag: validators ? found.etag : '',
    vary: found.vary,
    variant,
  };
}
