import type { Context, Directive } from '../config/directive.ts';
import { flag, number, poolSize, size } from '../config/index.ts';
import type { VirtualServer } from './configuration.ts';
import type { Build, DirectiveSpec, Module } from './module.ts';
import { inherit, slot } from './slot.ts';

/** `http2_*` of a server; sizes in bytes. What isn't here has nothing to tune. */
export interface Http2Server {
  enabled?: boolean;
  maxConcurrentStreams?: number;
  bodyPrereadSize?: number;
  poolSize?: number;
  maxConcurrentPushes?: number;
  streamsIndexSize?: number;
}

interface Http2Main {
  recvBufferSize?: number;
}

interface Http2Location {
  chunkSize?: number;
  pushPreload?: boolean;
  push?: string[] | 'off';
}

const HTTP: readonly Context[] = ['http'];
const SERVER: readonly Context[] = ['http', 'server'];
const LOCATION: readonly Context[] = ['http', 'server', 'location'];
const MOST_WINDOW = 2 ** 31 - 1;
/** Bytes without which a client could never begin to send a body: Node opens the window only as bytes are read. */
const LEAST_WINDOW = 16_384;

/** Limits of HTTP/2. Source: ngx_http_v2_module.c, as of version 1.22; `http2` as of 1.25. */
export const http2Module: Module = {
  name: 'ngx_http_v2_module',
  directives: [
    slot<Http2Main>('main', HTTP, 'http2_recv_buffer_size', 'recvBufferSize', (directive, build) => {
      const value = size(directive);
      return value > 32 ? value : build.fail('"http2_recv_buffer_size" directive value is too small');
    }),
    slot<Http2Server>('server', SERVER, 'http2', 'enabled', flag),
    slot<Http2Server>('server', SERVER, 'http2_pool_size', 'poolSize', poolSize),
    slot<Http2Server>('server', SERVER, 'http2_max_concurrent_streams', 'maxConcurrentStreams', oneNumber),
    slot<Http2Server>('server', SERVER, 'http2_max_concurrent_pushes', 'maxConcurrentPushes', oneNumber),
    slot<Http2Server>('server', SERVER, 'http2_body_preread_size', 'bodyPrereadSize', (directive, build) => {
      const value = size(directive);
      return value <= MOST_WINDOW ? value : build.fail(`the maximum body preread buffer size is ${MOST_WINDOW}`);
    }),
    slot<Http2Server>('server', SERVER, 'http2_streams_index_size', 'streamsIndexSize', (directive, build) => {
      const value = number(directive);
      const power = value > 0 && Number.isInteger(Math.log2(value));
      return power ? value : build.fail('"http2_streams_index_size" directive must be a power of two');
    }),
    slot<Http2Location>('location', LOCATION, 'http2_chunk_size', 'chunkSize', (directive, build) => {
      const value = size(directive);
      return value > 0 ? value : build.fail('the http2 chunk size cannot be zero');
    }),
    slot<Http2Location>('location', LOCATION, 'http2_push_preload', 'pushPreload', flag),
    { name: 'http2_push', contexts: LOCATION, arguments: 1, level: 'location', set: setPush },
    obsolete('http2_max_requests', 'keepalive_requests'),
    obsolete('http2_max_field_size', 'large_client_header_buffers'),
    obsolete('http2_max_header_size', 'large_client_header_buffers'),
    obsolete('http2_recv_timeout', 'client_header_timeout'),
    obsolete('http2_idle_timeout', 'keepalive_timeout'),
  ],
  createMain: (): Http2Main => ({}),
  createServer: (): Http2Server => ({}),
  createLocation: (): Http2Location => ({}),
  mergeServer: inherit,
  idle: () => true,
};

/** `http2 on`, whatever the `listen` says. */
export function speaksHttp2({ configurations }: Pick<VirtualServer, 'configurations'>): boolean {
  return (configurations.server.get(http2Module) as Http2Server | undefined)?.enabled === true;
}

/** What a client is told at the beginning of a connection. */
export function sessionSettings({ maxConcurrentStreams = 128, bodyPrereadSize = 65_536 }: Http2Server): {
  maxConcurrentStreams: number;
  initialWindowSize: number;
} {
  return { maxConcurrentStreams, initialWindowSize: Math.max(LEAST_WINDOW, bodyPrereadSize) };
}

function oneNumber(directive: Directive): number {
  return number(directive);
}

function setPush(location: Http2Location, directive: Directive, build: Build): void {
  const { text } = directive.words[0]!;
  if (text === 'off') {
    if (location.push === 'off') build.fail('"http2_push" directive is duplicate');
    if (location.push !== undefined) build.fail('"http2_push" directive "off" parameter cannot be used with URI');
    location.push = 'off';
    return;
  }
  if (location.push === 'off') build.fail('"http2_push" directive URI cannot be used with "off" parameter');
  build.value(text);
  location.push = [...(location.push ?? []), text];
}

function obsolete(name: string, instead: string): DirectiveSpec {
  return {
    name,
    contexts: SERVER,
    arguments: 1,
    level: 'server',
    set: (_, __, build) => build.warn(`the "${name}" directive is obsolete, use the "${instead}" directive instead`),
  };
}
