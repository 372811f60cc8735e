import { parseTime } from '../config/index.ts';
import { clock } from '../http/clock.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, ComplexValue, Module } from '../http/module.ts';

interface AddedHeader {
  readonly name: string;
  readonly value: ComplexValue;
  readonly always: boolean;
}

type Expires =
  | { readonly kind: 'off' }
  | { readonly kind: 'epoch' }
  | { readonly kind: 'max' }
  /** Seconds after now, or after the file's change. */
  | { readonly kind: 'access'; readonly seconds: number }
  | { readonly kind: 'modified'; readonly seconds: number }
  /** Seconds after midnight. */
  | { readonly kind: 'daily'; readonly seconds: number };

interface HeadersLocation {
  added: AddedHeader[] | undefined;
  expires: ((exchange: Exchange) => Expires) | undefined;
}

/** `add_header` and `expires`. Source: ngx_http_headers_filter_module.c. */
export const headersModule: Module = {
  name: 'ngx_http_headers_module',
  directives: [
    {
      name: 'add_header',
      contexts: ['http', 'server', 'location', 'if in location'],
      arguments: [2, 3],
      level: 'location',
      set(configuration: HeadersLocation, directive, build) {
        const [name, value, always] = directive.words.map((word) => word.text) as [string, string, string | undefined];
        if (always !== undefined && always !== 'always') build.fail(`invalid parameter "${always}"`);
        configuration.added ??= [];
        configuration.added.push({ name, value: build.value(value), always: always !== undefined });
      },
    },
    {
      name: 'expires',
      contexts: ['http', 'server', 'location', 'if in location'],
      arguments: [1, 2],
      level: 'location',
      set(configuration: HeadersLocation, directive, build) {
        if (configuration.expires !== undefined) build.fail('"expires" directive is duplicate');
        configuration.expires = expiresSetting(
          directive.words.map((word) => word.text),
          build,
        );
      },
    },
  ],
  createLocation: (): HeadersLocation => ({ added: undefined, expires: undefined }),
  mergeLocation(parent: HeadersLocation, child: HeadersLocation) {
    child.added ??= parent.added;
    child.expires ??= parent.expires;
  },
  idle: ({ added, expires }: HeadersLocation) => added === undefined && expires === undefined,
  filterHead,
};

const OFF: Expires = { kind: 'off' };
const SAFE = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308]);

function filterHead(exchange: Exchange): void {
  const { added, expires } = exchange.location<HeadersLocation>(headersModule);
  if ((added === undefined && expires === undefined) || exchange.parent !== undefined) return;
  const safe = SAFE.has(exchange.status);
  if (safe && expires !== undefined) setExpires(exchange, expires(exchange));
  if (added === undefined) return;
  for (const { name, value, always } of added) {
    if (!safe && !always) continue;
    const text = value(exchange);
    if (/^last-modified$/i.test(name)) {
      exchange.lastModified = undefined;
      exchange.removeResponseHeader('last-modified');
    }
    if (/^etag$/i.test(name)) exchange.removeResponseHeader('etag');
    if (text !== '') exchange.responseHeaders.push(name, text);
  }
}

function expiresSetting(words: string[], build: Build): (exchange: Exchange) => Expires {
  const modified = words[0] === 'modified';
  if (words.length === 2 && !modified) build.fail('invalid value');
  const text = words.at(-1)!;
  if (build.hasVariables(text)) {
    const value = build.value(text);
    return (exchange) => parseExpires(value(exchange), modified) ?? OFF;
  }
  const setting = parseExpires(text, modified);
  if (setting === undefined) return build.fail('invalid value');
  return () => setting;
}

function parseExpires(text: string, modified: boolean): Expires | undefined {
  if (!modified) {
    if (text === 'epoch' || text === 'max' || text === 'off') return { kind: text } as Expires;
    if (text.startsWith('@')) {
      const seconds = secondsOf(text.slice(1));
      return seconds === undefined || seconds > 86400 ? undefined : { kind: 'daily', seconds };
    }
  }
  const negative = text.startsWith('-');
  const seconds = secondsOf(negative || text.startsWith('+') ? text.slice(1) : text);
  if (seconds === undefined) return undefined;
  const shift = negative ? -seconds : seconds;
  return modified ? { kind: 'modified', seconds: shift } : { kind: 'access', seconds: shift };
}

function secondsOf(text: string): number | undefined {
  const milliseconds = parseTime(text);
  return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000);
}

function setExpires(exchange: Exchange, setting: Expires): void {
  if (setting.kind === 'off') return;
  const set = (date: string, cacheControl: string): void => {
    exchange.removeResponseHeader('expires');
    exchange.removeResponseHeader('cache-control');
    exchange.responseHeaders.push('Expires', date, 'Cache-Control', cacheControl);
  };
  if (setting.kind === 'epoch') {
    set('Thu, 01 Jan 1970 00:00:01 GMT', 'no-cache');
    return;
  }
  if (setting.kind === 'max') {
    set('Thu, 31 Dec 2037 23:55:55 GMT', 'max-age=315360000');
    return;
  }
  const now = Math.floor(Date.now() / 1000);
  if (setting.kind === 'access' && setting.seconds === 0) {
    set(clock.httpDate, 'max-age=0');
    return;
  }
  let at: number;
  if (setting.kind === 'daily') {
    const midnight = new Date(now * 1000);
    midnight.setHours(0, 0, 0, 0);
    at = Math.floor(midnight.getTime() / 1000) + setting.seconds;
    if (at <= now) at += 86400;
  } else if (setting.kind === 'access' || exchange.lastModified === undefined) {
    at = now + setting.seconds;
  } else {
    at = Math.floor(exchange.lastModified.getTime() / 1000) + setting.seconds;
  }
  const age = at - now;
  set(
    new Date(at * 1000).toUTCString(),
    setting.kind !== 'daily' && (setting.seconds < 0 || age < 0) ? 'no-cache' : `max-age=${age}`,
  );
}
