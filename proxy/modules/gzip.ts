import type { Gzip } from 'node:zlib';
import type { Context, Directive } from '../config/directive.ts';
import { buffers, failure, flag, numberBetween, size } from '../config/index.ts';
import { accepted } from '../http/accepted.ts';
import type { Exchange } from '../http/exchange.ts';
import { gzipOk, varyByEncoding } from '../http/gzip-ok.ts';
import { bodyChanges, HTML, isOfType, type MimeTypes, typesSlot } from '../http/mime-types.ts';
import type { Module } from '../http/module.ts';
import { onDemand } from '../http/on-demand.ts';
import { inherit, slot } from '../http/slot.ts';
import type { BodySink } from '../http/transport.ts';
import { ZlibBody } from '../http/zlib-body.ts';

interface GzipLocation {
  enabled?: boolean;
  level?: number;
  types?: MimeTypes;
  minLength?: number;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];
const setting = slot<GzipLocation>;

/** Compresses answers for clients that take gzip. Source: ngx_http_gzip_filter_module.c. */
export const gzipModule: Module = {
  name: 'ngx_http_gzip_filter_module',
  directives: [
    setting('location', [...CONTEXTS, 'if in location'], 'gzip', 'enabled', flag),
    setting('location', CONTEXTS, 'gzip_comp_level', 'level', (directive) => numberBetween(directive, 1, 9)),
    setting('location', CONTEXTS, 'gzip_min_length', 'minLength', (directive) => size(directive)),
    typesSlot(CONTEXTS, 'gzip_types'),
    accepted('location', 'gzip_buffers', CONTEXTS, buffers, 2),
    accepted('location', 'gzip_window', CONTEXTS, powerOfTwo(512, 32768)),
    accepted('location', 'gzip_hash', CONTEXTS, powerOfTwo(512, 131_072)),
    accepted('location', 'gzip_no_buffer', CONTEXTS, flag),
    accepted('location', 'postpone_gzipping', CONTEXTS, (directive) => size(directive)),
  ],
  createLocation: (): GzipLocation => ({}),
  mergeLocation: inherit,
  variables: { gzip_ratio: ({ variables }) => variables.get('gzip_ratio') },
  idle: ({ enabled }: GzipLocation) => enabled !== true,
  filterHead,
};

function powerOfTwo(least: number, most: number): (directive: Directive) => void {
  return (directive) => {
    const value = size(directive);
    if (value >= least && value <= most && Number.isInteger(Math.log2(value))) return;
    const choices = Array.from({ length: Math.log2(most / least) + 1 }, (_, i) => least * 2 ** i);
    const words = choices.map((bytes) => (bytes < 1024 ? String(bytes) : `${bytes / 1024}k`));
    throw failure(
      directive,
      `"${directive.name}" directive must be ${words.slice(0, -1).join(', ')}, or ${words.at(-1)}`,
    );
  };
}

function filterHead(exchange: Exchange): void {
  const { types = HTML, minLength = 20, level = 1 } = exchange.location<GzipLocation>(gzipModule);
  const { status, contentLength } = exchange;
  if (exchange.parent !== undefined || (status !== 200 && status !== 403 && status !== 404)) return;
  if (exchange.responseHeader('content-encoding') !== undefined) return;
  if ((contentLength !== undefined && contentLength < minLength) || !isOfType(exchange, types)) return;
  if (exchange.headerOnly && exchange.method !== 'HEAD') return;
  varyByEncoding(exchange);
  if (!gzipOk(exchange)) return;
  exchange.responseHeaders.push('Content-Encoding', 'gzip');
  bodyChanges(exchange);
  exchange.addBodyFilter((sink, ready) => {
    const zlib = onDemand.zlib.createGzip({ level, chunkSize: 16_384 });
    return new CompressedBody(exchange, zlib, sink, ready);
  });
}

/** A body that is compressed; afterwards `$gzip_ratio` says how many times smaller it became. */
class CompressedBody extends ZlibBody {
  readonly #exchange: Exchange;

  constructor(exchange: Exchange, zlib: Gzip, sink: BodySink, ready: () => void) {
    super(zlib, sink, ready, () => exchange.abort());
    this.#exchange = exchange;
  }

  override destroy(): void {
    const { taken, given } = this;
    const ratio = (Math.round((taken * 100) / given) / 100).toFixed(2);
    if (given > 0) this.#exchange.variables.set('gzip_ratio', ratio);
    super.destroy();
  }
}
