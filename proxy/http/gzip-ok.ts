import type { Context, Directive } from '../config/directive.ts';
import { flag, oneOf, severalOf } from '../config/index.ts';
import type { CoreLocation, GzipProxied } from './configuration.ts';
import type { Exchange } from './exchange.ts';
import { parseHttpDate } from './http-date.ts';
import type { DirectiveSpec } from './module.ts';
import { findMatchOrTell, type Regex } from './regex.ts';
import { slot } from './slot.ts';

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];
const PROXIED: readonly GzipProxied[] = [
  'off',
  'expired',
  'no-cache',
  'no-store',
  'private',
  'no_last_modified',
  'no_etag',
  'auth',
  'any',
];
const MSIE6 = 'MSIE [4-6]\\.';

/** The directives on who gets gzip, which belong to the core: three modules ask. */
export const gzipDirectives: readonly DirectiveSpec[] = [
  slot<CoreLocation>('location', CONTEXTS, 'gzip_vary', 'gzipVary', flag),
  slot<CoreLocation>('location', CONTEXTS, 'gzip_http_version', 'gzipHttpVersion', (directive) =>
    oneOf<'1.0' | '1.1'>(directive, ['1.0', '1.1']),
  ),
  {
    name: 'gzip_proxied',
    contexts: CONTEXTS,
    arguments: [1, Number.POSITIVE_INFINITY],
    level: 'location',
    set(location: { gzipProxied?: ReadonlySet<GzipProxied> }, directive: Directive, build) {
      location.gzipProxied = severalOf(directive, PROXIED, (warning) => build.warn(warning), location.gzipProxied);
    },
  },
  {
    name: 'gzip_disable',
    contexts: CONTEXTS,
    arguments: [1, Number.POSITIVE_INFINITY],
    level: 'location',
    set(location: { gzipDisable?: readonly Regex[] }, directive, build) {
      const patterns = directive.words.map(({ text }) => build.regex(text === 'msie6' ? MSIE6 : text, true));
      location.gzipDisable = [...(location.gzipDisable ?? []), ...patterns];
    },
  },
];

/** Whether the client takes a body with gzip, and may have it. Source: ngx_http_gzip_ok. */
export function gzipOk(exchange: Exchange): boolean {
  const accepted = exchange.header('accept-encoding');
  if (exchange.parent !== undefined || accepted === undefined || !acceptsGzip(accepted)) return false;
  const { httpVersion, core } = exchange;
  if (httpVersion === '0.9' || (httpVersion === '1.0' && core.gzipHttpVersion === '1.1')) return false;
  if (exchange.header('via') !== undefined && !proxiedAllowed(exchange, core.gzipProxied)) return false;
  const { gzipDisable } = core;
  if (gzipDisable === undefined) return true;
  const agent = exchange.header('user-agent');
  return agent === undefined || !gzipDisable.some((regex) => findMatchOrTell(regex, agent, exchange) !== null);
}

/** Tells caches that the answer depends on what the client takes, once. */
export function varyByEncoding(exchange: Exchange): void {
  if (!exchange.core.gzipVary || exchange.responseHeader('vary') === 'Accept-Encoding') return;
  exchange.responseHeaders.push('Vary', 'Accept-Encoding');
}

/** Whether an Accept-Encoding names gzip with a quality above 0: the first one it names counts. Source: ngx_http_gzip_accept_encoding. */
export function acceptsGzip(header: string): boolean {
  if (header.startsWith('gzip,')) return true;
  const match = /(?:^|[, ])gzip *(?:(,|$)|; *(?:$|q=([^, ]*)))/i.exec(header);
  if (match === null || match.index !== header.search(/(?:^|[, ])gzip/i)) return false;
  return match[2] === undefined || isAboveZero(match[2]);
}

/** A quality that has its form, up to 1, and isn't 0. Source: ngx_http_gzip_quantity, which adds up the digits. */
function isAboveZero(quality: string): boolean {
  const [, whole, digits = ''] = /^([01])(?:\.(\d{0,3}))?$/.exec(quality) ?? [];
  if (whole === undefined) return false;
  const rest = [...digits].reduce((sum, digit) => sum + Number(digit), 0);
  return whole === '1' ? rest === 0 : rest > 0;
}

/** What `gzip_proxied` says of an answer that goes through a proxy; headers that say nothing against it are for it. */
function proxiedAllowed(exchange: Exchange, proxied: ReadonlySet<GzipProxied>): boolean {
  if (proxied.has('off')) return false;
  if (proxied.has('any')) return true;
  if (proxied.has('auth') && exchange.header('authorization') !== undefined) return true;
  const expires = exchange.responseHeader('expires');
  if (expires !== undefined) {
    const now =
      exchange.dateHeader === undefined ? Math.floor(Date.now() / 1000) * 1000 : parseHttpDate(exchange.dateHeader);
    return proxied.has('expired') && parseHttpDate(expires) < now;
  }
  const { responseHeaders } = exchange;
  const cacheControl = responseHeaders.filter(
    (_, i) => i % 2 === 1 && /^cache-control$/i.test(responseHeaders[i - 1]!),
  );
  if (cacheControl.length > 0) {
    return UNCACHED.some(([name, pattern]) => proxied.has(name) && cacheControl.some((value) => pattern.test(value)));
  }
  if (proxied.has('no_last_modified') && isDated(exchange)) return false;
  return !proxied.has('no_etag') || exchange.responseHeader('etag') === undefined;
}

const isDated = (exchange: Exchange): boolean =>
  exchange.lastModified !== undefined || exchange.responseHeader('last-modified') !== undefined;

const UNCACHED = (['no-cache', 'no-store', 'private'] as const).map(
  (name) => [name, new RegExp(`(?:^|[;,]) *${name} *(?:,|$)`, 'i')] as const,
);
