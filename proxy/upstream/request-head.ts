import type { Exchange } from '../http/exchange.ts';
import type { HeaderSet } from '../http/header-set.ts';
import type { ComplexValue } from '../http/module.ts';
import { escapeUri } from '../http/request-uri.ts';

/** A header of `proxy_set_header`. An empty value drops it. */
export interface SetHeader {
  readonly name: string;
  readonly value: ComplexValue;
}

/** How requests are written for a location. */
export interface RequestForm {
  readonly httpVersion: '1.0' | '1.1';
  readonly method: ComplexValue | undefined;
  readonly headers: readonly SetHeader[];
  readonly passHeaders: boolean;
  /** Names in `headers` and the hop-by-hop ones. */
  readonly dropped: HeaderSet;
  /** `proxy_set_header Content-Length` or `Transfer-Encoding` was given: the framing is the configuration's own business. */
  readonly ownContentLength: boolean;
  readonly ownTransferEncoding: boolean;
}

/** What the server asks for on its own account, in place of what the client asked for. */
export interface OwnRequest {
  readonly method: string | undefined;
  /** name, value, name, value ...; left out where `proxy_set_header` has its own. */
  readonly headers: readonly string[];
}

/** The client's conditions and ranges, which have no place in a request for the whole answer. Source: ngx_http_proxy_cache_headers. */
const FOR_PARTS = ['If-Modified-Since', 'If-Unmodified-Since', 'If-None-Match', 'If-Match', 'Range', 'If-Range'];

/** The same form for a request that asks for a whole answer, to keep it. */
export function wholeForm(form: RequestForm): RequestForm {
  return { ...form, dropped: form.dropped.with(FOR_PARTS) };
}

/** The head of the request for the upstream, bytes as latin1. `length` of the body: `undefined` sends it in chunks, -1 none at all. */
export function writeRequestHead(
  exchange: Exchange,
  form: RequestForm,
  uri: string,
  length: number | undefined,
  own: OwnRequest | undefined = undefined,
): string {
  let head = `${own?.method ?? form.method?.(exchange) ?? exchange.method} ${uri} HTTP/${form.httpVersion}\r\n`;
  const { headers } = form;
  for (let i = 0; i < headers.length; i++) {
    const { name, value } = headers[i]!;
    const text = value(exchange);
    if (text !== '') head += `${name}: ${text}\r\n`;
  }
  if (own !== undefined) head += headerLines(own.headers, form);
  if (length === undefined) {
    if (!form.ownTransferEncoding) head += 'Transfer-Encoding: chunked\r\n';
  } else if (length >= 0 && !form.ownContentLength) head += `Content-Length: ${length}\r\n`;
  if (form.passHeaders) head += exchange.requestLinesWithout(form.dropped);
  return `${head}\r\n`;
}

function headerLines(headers: readonly string[], form: RequestForm): string {
  let lines = '';
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const given = form.headers.some((header) => header.name.toLowerCase() === name.toLowerCase());
    if (!given) lines += `${name}: ${headers[i + 1]}\r\n`;
  }
  return lines;
}

/**
 * The path and query to ask the upstream for. Without a URI in `proxy_pass` the request's own target goes out byte for
 * byte, unless a rewrite changed it; with one, the location's name is replaced by it. Source: ngx_http_proxy_create_request.
 */
export function upstreamUri(exchange: Exchange, uri: string, locationLength: number, locationHolds: boolean): string {
  if (uri === '' && exchange.uriIsOriginal && exchange.target.startsWith('/')) return exchange.target;
  const replaces = uri !== '' && locationHolds;
  const rest = exchange.uri.slice(replaces ? locationLength : 0);
  const path = needsEscape(exchange) ? escapeUri(rest) : rest;
  const query = exchange.args === '' ? '' : `?${exchange.args}`;
  return `${replaces ? uri : ''}${path}${query}`;
}

/** A path that was decoded, or isn't the client's own, is escaped again. */
function needsEscape(exchange: Exchange): boolean {
  return !exchange.uriIsOriginal || exchange.target.includes('%') || exchange.target.includes(' ');
}
