import type { CoreLocation } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { Exchange } from '../http/exchange.ts';
import type { HttpExchange } from '../http/http-exchange.ts';
import { AGAIN, type Module } from '../http/module.ts';
import { redirectLocation } from '../http/redirect.ts';
import { Caching } from '../upstream/cache/caching.ts';
import { cacheMain } from '../upstream/cache/directives.ts';
import { findUpstream } from '../upstream/dynamic.ts';
import { Forwarding } from '../upstream/forward.ts';
import type { ForwardRequest, ForwardSettings } from '../upstream/forward-request.ts';
import { settingsOf } from '../upstream/forward-settings.ts';
import { proxyDirectives } from '../upstream/proxy-directives.ts';
import { createProxyLocation, mergeProxyLocation, type ProxyLocation } from '../upstream/proxy-location.ts';
import { type ProxyUrl, parseProxyUrl } from '../upstream/proxy-url.ts';
import { type Upstream, type UpstreamRegistry, upstreamRegistry } from '../upstream/registry.ts';
import { MemoryBody, NO_BODY, type OutgoingBody, storeBody, streamBody } from '../upstream/request-body.ts';
import { upstreamUri, writeRequestHead } from '../upstream/request-head.ts';
import { storingFor } from '../upstream/storing.ts';
import { takeHead } from '../upstream/take-head.ts';

/** `proxy_pass` and what goes with it. Source: ngx_http_proxy_module.c. */
export const proxy: Module = {
  name: 'ngx_http_proxy_module',
  directives: proxyDirectives(proxyHandler),
  ...cacheMain,
  createLocation: createProxyLocation,
  mergeLocation: mergeProxyLocation,
  variables: {
    proxy_host: (exchange) => targetOf(exchange)?.hostHeader ?? exchange.variables.get('proxy_host'),
    proxy_port: (exchange) => targetOf(exchange)?.port ?? exchange.variables.get('proxy_port'),
    proxy_add_x_forwarded_for: forwardedFor,
  },
};

function targetOf(exchange: Exchange): ProxyUrl | undefined {
  return exchange.location<ProxyLocation>(proxy).pass?.url;
}

function forwardedFor(exchange: Exchange): string {
  const earlier = exchange.header('x-forwarded-for');
  const address = exchange.variable('remote_addr') ?? exchange.connection.remoteAddress;
  return earlier === undefined ? address : `${earlier}, ${address}`;
}

/** The content handler that `proxy_pass` puts into its location. */
function proxyHandler(exchange: Exchange): number {
  const location = exchange.location<ProxyLocation>(proxy);
  const pass = location.pass!;
  if (pass.url !== undefined) {
    const upstream = exchange.main<UpstreamRegistry>(upstreamRegistry).find(pass.key);
    if (upstream === undefined) return 500;
    readBody(exchange, location, pass.url, upstream);
    return AGAIN;
  }
  return passByVariables(exchange, location, pass.value!(exchange));
}

/** `proxy_pass http://$somewhere`: a named upstream, a literal address, or a name that the resolver knows. */
function passByVariables(exchange: Exchange, location: ProxyLocation, text: string): number {
  const url = parseProxyUrl(text);
  if ('problem' in url) {
    exchange.logError('error', url.problem === 'invalid URL prefix' ? `${url.problem} in "${text}"` : url.problem);
    return 500;
  }
  exchange.variables.set('proxy_host', url.hostHeader);
  exchange.variables.set('proxy_port', url.port);
  return findUpstream(exchange, url.where, url.authority, (found) => readBody(exchange, location, url, found));
}

/** A body of no bytes that was announced. */
const EMPTY = { chunks: [], file: undefined };

/** Reads the body, as far as it has to be there before anything is sent. */
function readBody(exchange: Exchange, location: ProxyLocation, url: ProxyUrl, upstream: Upstream): void {
  const { length } = exchange.body;
  const own = location.setBody;
  const empty = length === 0 && exchange.header('content-length') !== undefined;
  if (length === 0 && !(empty && exchange.core.clientBodyInFileOnly !== 'off')) {
    if (empty) exchange.storedBody ??= EMPTY;
    const announced = own === undefined && empty ? 0 : -1;
    forward(exchange, location, url, upstream, own === undefined ? NO_BODY : ownBody(own(exchange)), announced, false);
    return;
  }
  const passes = location.passRequestBody !== false && own === undefined;
  if (passes && location.requestBuffering === false && (length !== undefined || location.form!.httpVersion === '1.1')) {
    streamBody(exchange, (body) => forward(exchange, location, url, upstream, body, length, true));
    return;
  }
  storeBody(exchange, (stored) => {
    if (passes) {
      forward(exchange, location, url, upstream, stored, stored.length, false);
      return;
    }
    // Its file may be what the upstream is told of.
    exchange.atEnd(() => stored.close());
    const body = own === undefined ? NO_BODY : ownBody(own(exchange));
    forward(exchange, location, url, upstream, body, own === undefined ? stored.length : body.length, false);
  });
}

function ownBody(text: string): OutgoingBody {
  return new MemoryBody(Buffer.from(text, 'latin1'));
}

/** `announced`: the Content-Length to send, -1 for none, `undefined` for chunks. */
function forward(
  exchange: Exchange,
  location: ProxyLocation,
  url: ProxyUrl,
  upstream: Upstream,
  body: OutgoingBody,
  announced: number | undefined,
  streamed: boolean,
): void {
  const isStatic = location.pass!.url !== undefined;
  const uri =
    isStatic || url.uri === ''
      ? upstreamUri(exchange, url.uri, location.pass!.locationLength, exchange.locationHolds)
      : url.uri;
  const length =
    body === NO_BODY || body.length === undefined || location.setBody === undefined ? announced : body.length;
  const settings =
    location.settings ?? settingsOf(exchange, proxy, 'proxy', location, () => responseTaker(exchange, location));
  const { scheme } = url;
  const tls = scheme === 'https' ? location.secure!(exchange, url.where.host) : undefined;
  if (scheme === 'https' && tls === undefined) return;
  if (location.caching !== undefined) {
    const base = { upstream, scheme, tls, uri, body, streamed };
    forwardToKeep(exchange, location, `${scheme}://${url.hostHeader}${uri}`, settings, base, length);
    return;
  }
  const head = writeRequestHead(exchange, location.form!, uri, length);
  const headOnly = exchange.method === 'HEAD';
  const request = {
    upstream,
    scheme,
    tls,
    uri,
    body,
    streamed,
    head,
    headOnly,
    keeper: storingFor(exchange, location),
  };
  new Forwarding(exchange, settings, request).start();
}

/** By way of the location's cache. A function of its own, because closures cost those who need none of them too. */
function forwardToKeep(
  exchange: Exchange,
  location: ProxyLocation,
  key: string,
  settings: ForwardSettings,
  base: Omit<ForwardRequest, 'head' | 'headOnly' | 'keeper'>,
  length: number | undefined,
): void {
  Caching.begin(exchange, location.caching!, key, settings, (keeper) => {
    const form = keeper?.cacheable ? location.wholeForm! : location.form!;
    const method = keeper?.method ?? exchange.method;
    const own = { method: method === exchange.method ? undefined : method, headers: keeper?.conditions ?? [] };
    const head = writeRequestHead(exchange, form, base.uri, length, own);
    new Forwarding(exchange, settings, { ...base, head, headOnly: method === 'HEAD', keeper }).start();
  });
}

function responseTaker(exchange: Exchange, location: ProxyLocation): ForwardSettings['takeHead'] {
  const place = exchange.location<CoreLocation>(core);
  const form = {
    hidden: location.hidden!,
    redirects: location.redirects!,
    cookies: location.cookies,
    ignored: location.ignoreHeaders!,
    interceptErrors: location.interceptErrors!,
    forceRanges: location.forceRanges!,
    absolute: (from: Exchange, target: string) => redirectLocation(from as HttpExchange, target),
  };
  return (to, head) => takeHead(to, place, form, head);
}
