import { parseSeconds } from '../config/index.ts';
import { clock } from '../http/clock.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, ComplexValue, DirectiveSpec, Module } from '../http/module.ts';
import { inherit } from '../http/slot.ts';

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
  added?: AddedHeader[];
  trailers?: AddedHeader[];
  expires?: (exchange: Exchange) => Expires;
}

/** `name value [always]`, any number of times. */
function adding(name: string, key: 'added' | 'trailers'): DirectiveSpec {
  return {
    name,
    contexts: ['http', 'server', 'location', 'if in location'],
    arguments: [2, 3],
    level: 'location',
    set(configuration: HeadersLocation, directive, build) {
      const [field, value, always] = directive.words.map(({ text }) => text) as [string, string, string | undefined];
      configuration[key] ??= [];
      configuration[key].push({ name: field, value: build.value(value), always: always !== undefined });
      if (always !== undefined && always !== 'always') build.fail(`invalid parameter "${always}"`);
    },
  };
}

/** `add_header`, `add_trailer` and `expires`. Source: ngx_http_headers_filter_module.c. */
export const headersModule: Module = {
  name: 'ngx_http_headers_module',
  directives: [
    adding('add_header', 'added'),
    adding('add_trailer', 'trailers'),
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
  createLocation: (): HeadersLocation => ({}),
  mergeLocation: inherit,
  idle: ({ added, trailers, expires }: HeadersLocation) =>
    added === undefined && trailers === undefined && expires === undefined,
  filterHead,
};

const OFF: Expires = { kind: 'off' };
const SAFE = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308]);

function filterHead(exchange: Exchange): void {
  const { added, trailers, expires } = exchange.location<HeadersLocation>(headersModule);
  if (exchange.parent !== undefined) return;
  const safe = SAFE.has(exchange.status);
  if (safe && expires !== undefined) setExpires(exchange, expires(exchange));
  if (trailers?.some(({ always }) => safe || always) === true) {
    exchange.trailers = () =>
      trailers.flatMap(({ name, value, always }) => {
        // The filter of ranges comes later, and may have made an error of it.
        const text = always || SAFE.has(exchange.status) ? value(exchange) : '';
        return text === '' ? [] : [name, text];
      });
  }
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
  if (words.length === 2 && !modified) build.fail('"expires" directive invalid value');
  const text = words.at(-1)!;
  const isModified = words.length === 2;
  if (build.hasVariables(text)) {
    const value = build.value(text);
    return (exchange) => {
      const setting = parseExpires(value(exchange), isModified);
      return typeof setting === 'string' ? OFF : setting;
    };
  }
  const setting = parseExpires(text, isModified);
  if (typeof setting === 'string') build.fail(`"expires" directive ${setting}`);
  return () => setting as Expires;
}

/** A time, or what is wrong with it. Source: ngx_http_parse_expires. */
function parseExpires(text: string, modified: boolean): Expires | string {
  if (!modified && (text === 'epoch' || text === 'max' || text === 'off')) return { kind: text };
  if (text.startsWith('@')) {
    if (modified) return 'daily time cannot be used with "modified" parameter';
    const seconds = secondsOf(text.slice(1));
    if (seconds === undefined) return 'invalid value';
    return seconds > 86_400 ? 'daily time value must be less than 24 hours' : { kind: 'daily', seconds };
  }
  const negative = text.startsWith('-');
  const seconds = secondsOf(negative || text.startsWith('+') ? text.slice(1) : text);
  if (seconds === undefined) return 'invalid value';
  return { kind: modified ? 'modified' : 'access', seconds: negative ? -seconds : seconds };
}

function secondsOf(text: string): number | undefined {
  const milliseconds = parseSeconds(text);
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
