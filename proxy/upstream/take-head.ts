import type { CoreLocation } from '../http/configuration.ts';
import type { Exchange } from '../http/exchange.ts';
import { HeaderSet } from '../http/header-set.ts';
import { parseHttpDate } from '../http/http-date.ts';
import { type CookieForm, rewriteCookie } from './cookie.ts';
import { headerOf, type ResponseHead } from './response-head.ts';
import { type ReplaceRule, replaceByRules, replaceInRefresh } from './rewrite-headers.ts';

/** What a location does to the headers of an upstream's answer. */
export interface ResponseForm {
  /** Not passed on: nginx's own list and `proxy_hide_header`, less `proxy_pass_header`. */
  readonly hidden: HeaderSet;
  readonly redirects: readonly ReplaceRule[];
  /** `undefined` leaves cookies as they are. */
  readonly cookies: CookieForm | undefined;
  /** `proxy_ignore_headers`, lower case. */
  readonly ignored: ReadonlySet<string>;
  readonly interceptErrors: boolean;
  /** Ranges are cut here, whatever the upstream says of them. */
  readonly forceRanges: boolean;
  /** Makes a path absolute, for a `Location` that was rewritten to one. */
  absolute(exchange: Exchange, location: string): string;
}

/** What every protocol keeps from clients unless `proxy_pass_header` and its like name it: words from the upstream to the server. */
export const HIDDEN_BY_ALL = [
  'X-Accel-Expires',
  'X-Accel-Redirect',
  'X-Accel-Limit-Rate',
  'X-Accel-Buffering',
  'X-Accel-Charset',
];

/** Headers that need a closer look; all others are passed on as they came. */
const LOOKED_AT = new HeaderSet([
  ...HIDDEN_BY_ALL,
  'Date',
  'Server',
  'Content-Type',
  'Content-Length',
  'Transfer-Encoding',
  'Connection',
  'Keep-Alive',
  'Location',
  'Refresh',
  'Set-Cookie',
  'Accept-Ranges',
]);

/** What an X-Accel-Redirect keeps of the answer it replaces. */
const KEPT_BY_REDIRECT = new HeaderSet([
  'Content-Type',
  'Set-Cookie',
  'Content-Disposition',
  'Cache-Control',
  'Expires',
  'Accept-Ranges',
]);

/**
 * Puts status and headers of an upstream's answer into the exchange. False when the answer is another one: that of
 * `X-Accel-Redirect`, or the page of `proxy_intercept_errors`. Source: ngx_http_upstream_process_headers.
 */
export function takeHead(exchange: Exchange, core: CoreLocation, form: ResponseForm, head: ResponseHead): boolean {
  const { status } = head;
  if (head.commands && obey(exchange, form, head.headers)) return false;
  if (form.interceptErrors && status >= 300 && core.errorPages.some((page) => page.status === status)) {
    const challenge = status === 401 ? headerOf(head.headers, 'www-authenticate') : undefined;
    if (challenge !== undefined) exchange.setResponseHeader('WWW-Authenticate', challenge);
    exchange.fail(status);
    return false;
  }
  exchange.status = status;
  exchange.disableConditions = true;
  exchange.reason = head.reason;
  exchange.contentLength = head.contentLength;
  if (head.listed === undefined) passLines(exchange, form, head);
  else passList(exchange, form, head.listed);
  if (form.forceRanges) {
    exchange.allowRanges = 'one';
    noteLastModified(exchange);
  }
  return true;
}

/** Does what the headers `X-Accel-...` say; true when the answer is another one. */
function obey(exchange: Exchange, form: ResponseForm, headers: readonly string[]): boolean {
  const rate = form.ignored.has('x-accel-limit-rate') ? undefined : headerOf(headers, 'x-accel-limit-rate');
  if (rate !== undefined && /^\d+$/.test(rate)) exchange.limitRate = Number(rate);
  if (!form.ignored.has('x-accel-charset')) exchange.overrideCharset = headerOf(headers, 'x-accel-charset');
  const redirect = redirectOf(form.ignored, headers);
  if (redirect === undefined) return false;
  accelRedirect(exchange, headers, redirect);
  return true;
}

/** Where an answer leads to, unless `ignored` has such words. */
export function redirectOf(ignored: ReadonlySet<string>, headers: readonly string[]): string | undefined {
  return ignored.has('x-accel-redirect') ? undefined : headerOf(headers, 'x-accel-redirect');
}

/** Passes the headers on: what follows each other and needs no change is one piece of the head's text. */
function passLines(exchange: Exchange, form: ResponseForm, head: ResponseHead): void {
  const { text, names } = head;
  const last = head.end - 2;
  let from = 0;
  let to = 0;
  for (let i = 0; i < names.length; i += 2) {
    const start = names[i]!;
    const nameEnd = names[i + 1]!;
    const next = names[i + 2] ?? last;
    if (form.hidden.at(text, start, nameEnd) !== undefined) continue;
    const known = LOOKED_AT.at(text, start, nameEnd);
    if (known !== undefined) {
      const value = text.slice(nameEnd + 2, next - 2);
      const passed = lookAt(exchange, form, known, value);
      if (passed === undefined) continue;
      if (passed !== value) {
        if (from < to) exchange.passLines(text.slice(from, to));
        from = next;
        to = next;
        exchange.responseHeaders.push(text.slice(start, nameEnd), passed);
        continue;
      }
    }
    if (start !== to) {
      if (from < to) exchange.passLines(text.slice(from, to));
      from = start;
    }
    to = next;
  }
  if (from < to) exchange.passLines(text.slice(from, to));
}

/** The same for headers that aren't lines of the usual kind. */
function passList(exchange: Exchange, form: ResponseForm, headers: readonly string[]): void {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (form.hidden.has(name)) continue;
    const known = LOOKED_AT.find(name);
    const value = headers[i + 1]!;
    const passed = known === undefined ? value : lookAt(exchange, form, known, value);
    if (passed !== undefined) exchange.responseHeaders.push(name, passed);
  }
}

/** Conditions and ranges look at the time of an answer, which is then no longer a header as others. */
export function noteLastModified(exchange: Exchange): void {
  const time = parseHttpDate(exchange.responseHeader('last-modified') ?? '');
  if (Number.isNaN(time)) return;
  exchange.lastModified = new Date(time);
  exchange.removeResponseHeader('last-modified');
}

/** What is passed on of a header's value, `undefined` for nothing. `known` is the name in lower case. */
function lookAt(exchange: Exchange, form: ResponseForm, known: string, value: string): string | undefined {
  switch (known) {
    case 'content-type':
      exchange.contentType = value;
      return undefined;
    case 'content-length':
    case 'transfer-encoding':
    case 'connection':
    case 'keep-alive':
      return undefined;
    case 'accept-ranges':
      return form.forceRanges ? undefined : value;
    case 'server':
      exchange.serverHeader = value;
      return undefined;
    case 'date':
      exchange.dateHeader = value;
      return undefined;
    case 'location': {
      const replaced = replaceByRules(exchange, form.redirects, value);
      return replaced === undefined ? value : form.absolute(exchange, replaced);
    }
    case 'refresh':
      return replaceInRefresh(exchange, form.redirects, value);
    case 'set-cookie':
      return form.cookies === undefined ? value : rewriteCookie(exchange, form.cookies, value);
    default:
      return value;
  }
}

function accelRedirect(exchange: Exchange, headers: readonly string[], target: string): void {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (!KEPT_BY_REDIRECT.has(name)) continue;
    if (name.toLowerCase() === 'content-type') exchange.contentType = headers[i + 1] || undefined;
    else exchange.responseHeaders.push(name, headers[i + 1]!);
  }
  // Out of the way of the upstream's own callbacks: the new location may be proxied as well.
  process.nextTick(() => {
    const doing = ' while reading response header from upstream';
    if (target.startsWith('@')) {
      exchange.namedLocation(target, doing);
      return;
    }
    const question = target.indexOf('?');
    const path = decodePath(question < 0 ? target : target.slice(0, question));
    if (leavesRoot(path)) {
      exchange.logError('error', `unsafe URI "${path}" was detected${doing}`);
      exchange.fail(404);
      return;
    }
    if (exchange.method !== 'HEAD') exchange.answerAsGet();
    exchange.internalRedirect(path, question < 0 ? '' : target.slice(question + 1), doing);
  });
}

/** Source: ngx_http_parse_unsafe_uri. */
function leavesRoot(path: string): boolean {
  return path === '' || path.startsWith('?') || path.includes('\0') || /(^|\/)\.\.(\/|$)/.test(path);
}

function decodePath(path: string): string {
  return path.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
