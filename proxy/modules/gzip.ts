import type { Context, Directive } from '../config/directive.ts';
import { flag, numberBetween, oneOf, size } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, DirectiveSpec, Module } from '../http/module.ts';
import { onDemand } from '../http/on-demand.ts';
import { matchRegex, type Regex } from '../http/regex.ts';
import type { BodyFilter, BodySink } from '../http/transport.ts';

type Proxied =
  | 'off'
  | 'expired'
  | 'no-cache'
  | 'no-store'
  | 'private'
  | 'no_last_modified'
  | 'no_etag'
  | 'auth'
  | 'any';

interface GzipLocation {
  enabled: boolean | undefined;
  level: number | undefined;
  types: Set<string> | undefined;
  minLength: number | undefined;
  vary: boolean | undefined;
  proxied: Set<Proxied> | undefined;
  httpVersion: '1.0' | '1.1' | undefined;
  disable: Regex[] | undefined;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];
const PROXIED: readonly Proxied[] = [
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

function setting(
  name: string,
  words: DirectiveSpec['arguments'],
  set: (configuration: GzipLocation, directive: Directive, build: Build) => void,
): DirectiveSpec {
  return {
    name,
    contexts: name === 'gzip' ? [...CONTEXTS, 'if in location'] : CONTEXTS,
    arguments: words,
    level: 'location',
    set,
  };
}

/** Compresses answers for clients that take gzip. Source: ngx_http_gzip_filter_module.c and ngx_http_gzip_ok. */
export const gzipModule: Module = {
  name: 'ngx_http_gzip_filter_module',
  directives: [
    setting('gzip', 'flag', (configuration, directive) => {
      configuration.enabled = flag(directive);
    }),
    setting('gzip_comp_level', 1, (configuration, directive) => {
      configuration.level = numberBetween(directive, 1, 9);
    }),
    setting('gzip_types', [1, 1000], (configuration, directive) => {
      configuration.types ??= new Set(['text/html']);
      for (const word of directive.words) configuration.types.add(word.text.toLowerCase());
    }),
    setting('gzip_min_length', 1, (configuration, directive) => {
      configuration.minLength = size(directive);
    }),
    setting('gzip_vary', 'flag', (configuration, directive) => {
      configuration.vary = flag(directive);
    }),
    setting('gzip_proxied', [1, PROXIED.length], (configuration, directive) => {
      configuration.proxied = new Set(directive.words.map((_, index) => oneOf(directive, PROXIED, index)));
    }),
    setting('gzip_http_version', 1, (configuration, directive) => {
      configuration.httpVersion = oneOf<'1.0' | '1.1'>(directive, ['1.0', '1.1']);
    }),
    setting('gzip_disable', [1, 1000], (configuration, directive, build) => {
      configuration.disable = directive.words.map((word) =>
        build.regex(word.text === 'msie6' ? MSIE6 : word.text, true),
      );
    }),
    setting('gzip_buffers', 2, () => undefined),
    setting('gzip_window', 1, () => undefined),
    setting('gzip_hash', 1, () => undefined),
    setting('gzip_no_buffer', 'flag', () => undefined),
  ],
  createLocation: (): GzipLocation => ({
    enabled: undefined,
    level: undefined,
    types: undefined,
    minLength: undefined,
    vary: undefined,
    proxied: undefined,
    httpVersion: undefined,
    disable: undefined,
  }),
  mergeLocation(parent: GzipLocation, child: GzipLocation) {
    child.enabled ??= parent.enabled;
    child.level ??= parent.level;
    child.types ??= parent.types;
    child.minLength ??= parent.minLength;
    child.vary ??= parent.vary;
    child.proxied ??= parent.proxied;
    child.httpVersion ??= parent.httpVersion;
    child.disable ??= parent.disable;
  },
  idle: ({ enabled }: GzipLocation) => enabled !== true,
  filterHead,
};

const HTML: ReadonlySet<string> = new Set(['text/html']);

function filterHead(exchange: Exchange): void {
  const configuration = exchange.location<GzipLocation>(gzipModule);
  if (configuration.enabled !== true || exchange.parent !== undefined) return;
  const { status } = exchange;
  if (status !== 200 && status !== 403 && status !== 404) return;
  if (exchange.responseHeader('content-encoding') !== undefined) return;
  if (exchange.contentLength !== undefined && exchange.contentLength < (configuration.minLength ?? 20)) return;
  const types = configuration.types ?? HTML;
  const type = exchange.contentType?.replace(/ *;.*/, '').toLowerCase();
  if (type === undefined || !(types.has(type) || types.has('*'))) return;
  if (configuration.vary === true) exchange.responseHeaders.push('Vary', 'Accept-Encoding');
  if (exchange.headerOnly && exchange.method !== 'HEAD') return;
  if (!clientTakesGzip(exchange, configuration)) return;

  exchange.responseHeaders.push('Content-Encoding', 'gzip');
  exchange.contentLength = undefined;
  exchange.allowRanges = false;
  exchange.removeResponseHeader('accept-ranges');
  const etag = exchange.responseHeader('etag');
  if (etag?.startsWith('"')) exchange.setResponseHeader('ETag', `W/${etag}`);
  const level = configuration.level ?? 1;
  exchange.addBodyFilter((sink, ready) => new GzipBody(exchange, level, sink, ready));
}

/** Source: ngx_http_gzip_ok. */
function clientTakesGzip(exchange: Exchange, configuration: GzipLocation): boolean {
  const accepted = exchange.header('accept-encoding');
  if (accepted === undefined || !acceptsGzip(accepted)) return false;
  for (const regex of configuration.disable ?? []) {
    if (matchRegex(regex, exchange.header('user-agent') ?? '', undefined)) return false;
  }
  const { httpVersion } = exchange;
  if (httpVersion === '0.9' || (httpVersion === '1.0' && (configuration.httpVersion ?? '1.1') === '1.1')) return false;
  return exchange.header('via') === undefined || proxiedAllowed(exchange, configuration.proxied);
}

/** Whether an Accept-Encoding names gzip with a quality above 0. */
export function acceptsGzip(header: string): boolean {
  for (const item of header.split(',')) {
    const [coding, ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    if (coding !== 'gzip') continue;
    const quality = parameters.find((parameter) => /^q *=/.test(parameter));
    return quality === undefined || /^q *= *(1(\.0{0,3})?|0\.\d{0,2}[1-9]\d{0,2}|0\.[1-9]\d{0,2})$/.test(quality);
  }
  return false;
}

function proxiedAllowed(exchange: Exchange, proxied: ReadonlySet<Proxied> | undefined): boolean {
  if (proxied === undefined || proxied.has('off')) return false;
  if (proxied.has('any')) return true;
  if (proxied.has('auth') && exchange.header('authorization') !== undefined) return true;
  const cacheControl = exchange.responseHeader('cache-control') ?? '';
  const expires = exchange.responseHeader('expires');
  if (expires !== undefined) {
    return proxied.has('expired') && !(Date.parse(expires) > Date.now());
  }
  for (const name of ['no-cache', 'no-store', 'private'] as const) {
    if (proxied.has(name) && cacheControl.includes(name)) return true;
  }
  if (proxied.has('no_last_modified') && exchange.lastModified === undefined) return true;
  return proxied.has('no_etag') && exchange.responseHeader('etag') === undefined;
}

/** The body on its way through zlib; compression runs in the thread pool, so big bodies don't hold up others. */
class GzipBody implements BodyFilter {
  readonly #zlib;

  constructor(exchange: Exchange, level: number, sink: BodySink, ready: () => void) {
    const zlib = onDemand.zlib.createGzip({ level, chunkSize: 16_384 });
    this.#zlib = zlib;
    zlib.on('data', (chunk: Buffer) => {
      if (!sink.write(chunk)) zlib.pause();
    });
    zlib.on('end', () => sink.end());
    zlib.on('error', () => exchange.abort());
    // The client's buffer drains into zlib, and zlib's into whoever writes.
    zlib.on('drain', ready);
  }

  write(chunk: Buffer): boolean {
    return this.#zlib.write(chunk);
  }

  drained(): void {
    this.#zlib.resume();
  }

  end(): void {
    this.#zlib.end();
  }

  destroy(): void {
    this.#zlib.destroy();
  }
}
