import { type Directive, flag, number, oneOf, size, time } from '../config/index.ts';
import type { CoreLocation } from '../http/configuration.ts';
import { core, temporaryPath } from '../http/core.ts';
import { largeBuffers } from '../http/core-server.ts';
import type { Build, DirectiveSpec, Handler } from '../http/module.ts';
import { cacheDirectives } from './cache/directives.ts';
import { NEXT, NEXT_OFF } from './failure.ts';
import type { ProxyLocation, ProxyTls } from './proxy-location.ts';
import { parseProxyUrl } from './proxy-url.ts';
import { type UpstreamRegistry, upstreamRegistry } from './registry.ts';
import type { ReplaceRule } from './rewrite-headers.ts';
import { TLS_PROTOCOLS } from './tls-range.ts';

const everywhere = ['http', 'server', 'location'] as const;
type Setter = (location: ProxyLocation, directive: Directive, build: Build) => void;
type Arguments = DirectiveSpec['arguments'];

const spec = (
  name: string,
  words: Arguments,
  set: Setter,
  contexts: DirectiveSpec['contexts'] = everywhere,
): DirectiveSpec => ({
  name,
  contexts,
  arguments: words,
  level: 'location',
  set,
});

/** A directive that may stand once in a block and sets one field. */
function once<K extends keyof ProxyLocation>(
  name: string,
  words: Arguments,
  field: K,
  read: (directive: Directive, build: Build) => ProxyLocation[K],
): DirectiveSpec {
  return spec(name, words, (location, directive, build) => {
    if (location[field] !== undefined) build.fail(`"${name}" directive is duplicate`);
    location[field] = read(directive, build);
  });
}

function onceTls<K extends keyof ProxyTls>(
  name: string,
  words: Arguments,
  field: K,
  read: (directive: Directive, build: Build) => ProxyTls[K],
): DirectiveSpec {
  return spec(name, words, (location, directive, build) => {
    if (location.ssl[field] !== undefined) build.fail(`"${name}" directive is duplicate`);
    location.ssl[field] = read(directive, build);
  });
}

/** A directive whose value is checked and that changes nothing here: memory is bounded by backpressure instead. */
const checked = (name: string, words: Arguments, check: (directive: Directive) => void): DirectiveSpec =>
  spec(name, words, (_location, directive) => check(directive));

/** The directives of ngx_http_proxy_module; `handler` is what `proxy_pass` puts into its location. */
export function proxyDirectives(handler: Handler): DirectiveSpec[] {
  return [
    spec('proxy_pass', 1, (location, directive, build) => setPass(location, directive, build, handler), [
      'location',
      'if in location',
      'limit_except',
    ]),
    once('proxy_http_version', 1, 'httpVersion', (directive) => oneOf(directive, ['1.0', '1.1'] as const)),
    once('proxy_method', 1, 'method', (directive, build) => build.value(directive.words[0]!.text)),
    once('proxy_set_body', 1, 'setBody', (directive, build) => build.value(directive.words[0]!.text)),
    once('proxy_pass_request_headers', 'flag', 'passRequestHeaders', flag),
    once('proxy_pass_request_body', 'flag', 'passRequestBody', flag),
    once('proxy_connect_timeout', 1, 'connectTimeout', (directive) => time(directive)),
    once('proxy_send_timeout', 1, 'sendTimeout', (directive) => time(directive)),
    once('proxy_read_timeout', 1, 'readTimeout', (directive) => time(directive)),
    once('proxy_next_upstream_tries', 1, 'nextUpstreamTries', (directive) => number(directive)),
    once('proxy_next_upstream_timeout', 1, 'nextUpstreamTimeout', (directive) => time(directive)),
    once('proxy_next_upstream', [1, 12], 'nextUpstream', nextUpstream),
    once('proxy_buffering', 'flag', 'buffering', flag),
    once('proxy_request_buffering', 'flag', 'requestBuffering', flag),
    once('proxy_ignore_client_abort', 'flag', 'ignoreClientAbort', flag),
    once('proxy_intercept_errors', 'flag', 'interceptErrors', flag),
    once('proxy_buffer_size', 1, 'bufferSize', (directive) => size(directive)),
    once('proxy_buffers', 2, 'buffers', (directive) => largeBuffers(directive)),
    once('proxy_busy_buffers_size', 1, 'busyBuffersSize', (directive) => size(directive)),
    once('proxy_max_temp_file_size', 1, 'maxTempFileSize', (directive) => size(directive)),
    once('proxy_temp_file_write_size', 1, 'tempFileWriteSize', (directive) => size(directive)),
    once('proxy_temp_path', [1, 4], 'tempPath', temporaryPath),
    checked('proxy_headers_hash_max_size', 1, (directive) => number(directive)),
    checked('proxy_headers_hash_bucket_size', 1, (directive) => number(directive)),
    checked('proxy_socket_keepalive', 'flag', flag),
    checked('proxy_force_ranges', 'flag', flag),
    checked('proxy_send_lowat', 1, (directive) => size(directive)),
    spec('proxy_set_header', 2, (location, directive, build) => {
      location.setHeaders ??= [];
      location.setHeaders.push({ name: directive.words[0]!.text, value: build.value(directive.words[1]!.text) });
    }),
    spec('proxy_hide_header', 1, (location, directive) => {
      location.hideHeaders = [...(location.hideHeaders ?? []), directive.words[0]!.text];
    }),
    spec('proxy_pass_header', 1, (location, directive) => {
      location.passHeaders = [...(location.passHeaders ?? []), directive.words[0]!.text];
    }),
    once('proxy_ignore_headers', [1, 9], 'ignoreHeaders', ignoredHeaders),
    spec('proxy_redirect', [1, 2], setRedirect),
    spec('proxy_cookie_domain', [1, 2], (location, directive, build) =>
      setCookie(location, directive, build, 'cookieDomain'),
    ),
    spec('proxy_cookie_path', [1, 2], (location, directive, build) =>
      setCookie(location, directive, build, 'cookiePath'),
    ),
    ...cacheDirectives('proxy', 'ngx_http_proxy_module'),
    onceTls('proxy_ssl_verify', 'flag', 'verify', flag),
    onceTls('proxy_ssl_verify_depth', 1, 'depth', (directive) => number(directive)),
    onceTls('proxy_ssl_server_name', 'flag', 'serverName', flag),
    onceTls('proxy_ssl_session_reuse', 'flag', 'sessionReuse', flag),
    onceTls('proxy_ssl_name', 1, 'name', (directive, build) => build.value(directive.words[0]!.text)),
    onceTls('proxy_ssl_ciphers', 1, 'ciphers', (directive) => directive.words[0]!.text),
    onceTls('proxy_ssl_protocols', [1, 6], 'protocols', (directive) =>
      directive.words.map((_, index) => oneOfProtocols(directive, index)),
    ),
    onceTls('proxy_ssl_trusted_certificate', 1, 'trusted', configurationFile),
    onceTls('proxy_ssl_certificate', 1, 'certificate', configurationFile),
    onceTls('proxy_ssl_certificate_key', 1, 'key', configurationFile),
  ];
}

const configurationFile = (directive: Directive, build: Build): string => build.path(directive.words[0]!.text, 'conf');

function oneOfProtocols(directive: Directive, index: number): string {
  const { text } = directive.words[index]!;
  return TLS_PROTOCOLS.find((name) => name === text) ?? oneOf(directive, TLS_PROTOCOLS, index);
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

function nextUpstream(directive: Directive, build: Build): number {
  let bits = 0;
  for (const { text } of directive.words) {
    if (text === 'off') bits |= NEXT_OFF;
    else if (Object.hasOwn(NEXT, text)) bits |= NEXT[text as keyof typeof NEXT];
    else build.fail(`invalid value "${text}"`);
  }
  return (bits & NEXT_OFF) === 0 ? bits : NEXT_OFF;
}

const IGNORABLE = [
  'X-Accel-Redirect',
  'X-Accel-Expires',
  'X-Accel-Limit-Rate',
  'X-Accel-Buffering',
  'X-Accel-Charset',
  'Expires',
  'Cache-Control',
  'Set-Cookie',
  'Vary',
].map((name) => name.toLowerCase());

function ignoredHeaders(directive: Directive, build: Build): ReadonlySet<string> {
  return new Set(
    directive.words.map(({ text }) => {
      const name = text.toLowerCase();
      if (!IGNORABLE.includes(name)) build.fail(`invalid value "${text}"`);
      return name;
    }),
  );
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
