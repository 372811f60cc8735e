import { type Directive, flag, number, oneOf } from '../config/index.ts';
import { accepted, sendLowat } from '../http/accepted.ts';
import type { CoreLocation } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { Build, DirectiveSpec, Handler } from '../http/module.ts';
import { slot } from '../http/slot.ts';
import { NEXT } from './failure.ts';
import type { ProxyLocation } from './proxy-location.ts';
import { parseProxyUrl } from './proxy-url.ts';
import { type UpstreamRegistry, upstreamRegistry } from './registry.ts';
import type { ReplaceRule } from './rewrite-headers.ts';
import { upstreamDirectives } from './upstream-directives.ts';
import { tlsDirectives } from './upstream-tls.ts';

const everywhere = ['http', 'server', 'location'] as const;
type Setter = (location: ProxyLocation, directive: Directive, build: Build) => void;

const spec = (
  name: string,
  words: DirectiveSpec['arguments'],
  set: Setter,
  contexts: DirectiveSpec['contexts'] = everywhere,
): DirectiveSpec => ({
  name,
  contexts,
  arguments: words,
  level: 'location',
  set,
});

const once = (
  name: string,
  key: keyof ProxyLocation,
  read: (directive: Directive, build: Build) => unknown,
): DirectiveSpec => slot<ProxyLocation>('location', everywhere, name, key, read);

const RETRIES = Object.keys(NEXT);

/** The directives of ngx_http_proxy_module; `handler` is what `proxy_pass` puts into its location. */
export function proxyDirectives(handler: Handler): DirectiveSpec[] {
  return [
    spec('proxy_pass', 1, (location, directive, build) => setPass(location, directive, build, handler), [
      'location',
      'if in location',
      'limit_except',
    ]),
    once('proxy_http_version', 'httpVersion', (directive) => oneOf(directive, ['1.0', '1.1'] as const)),
    once('proxy_method', 'method', (directive, build) => build.value(directive.words[0]!.text)),
    once('proxy_set_body', 'setBody', (directive, build) => build.value(directive.words[0]!.text)),
    ...upstreamDirectives('proxy', 'ngx_http_proxy_module', RETRIES),
    spec('proxy_cache_convert_head', 'flag', ({ cache }, directive, build) => {
      if (cache.convertHead !== undefined) build.fail(`"${directive.name}" directive is duplicate`);
      cache.convertHead = flag(directive);
    }),
    accepted('location', 'proxy_headers_hash_max_size', everywhere, (directive) => number(directive)),
    accepted('location', 'proxy_headers_hash_bucket_size', everywhere, (directive) => number(directive)),
    sendLowat('proxy_send_lowat'),
    spec('proxy_set_header', 2, (location, directive, build) => {
      location.setHeaders ??= [];
      location.setHeaders.push({ name: directive.words[0]!.text, value: build.value(directive.words[1]!.text) });
    }),
    spec('proxy_redirect', [1, 2], setRedirect),
    spec('proxy_cookie_domain', [1, 2], (location, directive, build) =>
      setCookie(location, directive, build, 'cookieDomain'),
    ),
    spec('proxy_cookie_path', [1, 2], (location, directive, build) =>
      setCookie(location, directive, build, 'cookiePath'),
    ),
    spec('proxy_cookie_flags', [1, 4], setCookieFlags),
    ...tlsDirectives('proxy'),
  ];
}

function setPass(location: ProxyLocation, directive: Directive, build: Build, handler: Handler): void {
  if (location.pass !== undefined) build.fail('"proxy_pass" directive is duplicate');
  const place = build.configuration<CoreLocation>(core, 'location');
  const { text } = directive.words[0]!;
  place.handler = handler;
  if (place.name?.endsWith('/')) place.autoRedirect = true;
  const base = { locationLength: place.name?.length ?? 0, location: place.name ?? '' };
  if (build.hasVariables(text)) {
    location.pass = { ...base, url: undefined, key: '', value: build.value(text) };
    return;
  }
  const url = parseProxyUrl(text);
  if ('problem' in url) build.fail(url.problem);
  if (url.uri !== '' && (place.kind === 'regex' || place.kind === 'named' || build.context !== 'location')) {
    build.fail(
      '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, or inside "if" statement, or inside "limit_except" block',
    );
  }
  const registry = build.configuration<UpstreamRegistry>(upstreamRegistry, 'main');
  const key = registry.refer(url.where, url.authority, directive.file, directive.line);
  location.pass = { ...base, url, key, value: undefined };
}

function setRedirect(location: ProxyLocation, directive: Directive, build: Build): void {
  const [from, to] = directive.words;
  if (location.redirect === 'off') build.fail('"proxy_redirect" directive is duplicate');
  if (to === undefined) {
    if (from!.text === 'off') {
      if (location.redirect !== undefined) build.fail('"proxy_redirect" directive is duplicate');
      location.redirect = 'off';
      return;
    }
    if (from!.text !== 'default') build.fail(`invalid parameter "${from!.text}"`);
    if (location.pass === undefined)
      build.fail('"proxy_redirect default" should be placed after the "proxy_pass" directive');
    if (location.pass.url === undefined) {
      build.fail('"proxy_redirect default" cannot be used with "proxy_pass" directive with variables');
    }
    location.redirect = [...(location.redirect ?? []), 'default'];
    return;
  }
  location.redirect = [...(location.redirect ?? []), rule(from!.text, to.text, build, false)];
}

/** `~pattern`, `~*pattern`, or a plain text with variables. */
function rule(from: string, to: string, build: Build, whole: boolean): ReplaceRule {
  if (!from.startsWith('~')) return { from: build.value(from), to: build.value(to), whole };
  const caseless = whole || from.startsWith('~*');
  return { from: build.regex(from.replace(/^~\*?/, ''), caseless), to: build.value(to), whole };
}

function setCookie(
  location: ProxyLocation,
  directive: Directive,
  build: Build,
  field: 'cookieDomain' | 'cookiePath',
): void {
  const [from, to] = directive.words;
  const known = location[field];
  if (known === 'off') build.fail(`"${directive.name}" directive is duplicate`);
  if (to === undefined) {
    if (from!.text !== 'off') build.fail(`invalid parameter "${from!.text}"`);
    if (known !== undefined) build.fail(`"${directive.name}" directive is duplicate`);
    location[field] = 'off';
    return;
  }
  location[field] = [...(known ?? []), rule(from!.text, to.text, build, field === 'cookieDomain')];
}

/** `cookie flag ...` or `off`. Source: ngx_http_proxy_cookie_flags. */
function setCookieFlags(location: ProxyLocation, { words, name }: Directive, build: Build): void {
  const [cookie, ...flags] = words.map(({ text }) => text) as [string, ...string[]];
  const known = location.cookieFlags;
  if (known === 'off') build.fail(`"${name}" directive is duplicate`);
  if (flags.length === 0) {
    if (cookie !== 'off') build.fail(`invalid parameter "${cookie}"`);
    if (known !== undefined) build.fail(`"${name}" directive is duplicate`);
    location.cookieFlags = 'off';
    return;
  }
  const from = cookie.startsWith('~') ? build.regex(cookie.slice(1), true) : build.value(cookie);
  location.cookieFlags = [...(known ?? []), { cookie: { from }, flags: flags.map((flag) => build.value(flag)) }];
}
