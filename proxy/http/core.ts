import type { Context, Directive } from '../config/directive.ts';
import { buffers, flag, number, offset, oneOf, poolSize, seconds, size, time } from '../config/index.ts';
import { accepted, sendLowat } from './accepted.ts';
import { Builder, mergeAll } from './build.ts';
import type { CoreMain } from './configuration.ts';
import {
  type CoreLocationState,
  createLocation,
  mergeLocation,
  openLimitExcept,
  openLocation,
  openLocations,
  rate,
  setErrorPage,
  setKeepaliveTimeout,
  setOpenFileCache,
  setRoot,
  setTryFiles,
  setTypes,
} from './core-location.ts';
import {
  addListen,
  type CoreServerState,
  createServer,
  type ListenPort,
  mergeServer,
  setListen,
  setServerName,
} from './core-server.ts';
import { coreVariables } from './core-variables.ts';
import type { Exchange } from './exchange.ts';
import { gzipDirectives } from './gzip-ok.ts';
import { plainListen } from './listen-options.ts';
import { errorLogOf, type MainState, mainModule } from './main.ts';
import { type Build, type Configurations, type Module, OK } from './module.ts';
import { nameServers } from './name-servers.ts';
import { type PathsInUse, usePath } from './paths-in-use.ts';
import { choice, slot } from './slot.ts';
import { subrequest } from './subrequest.ts';
import { readSymlinkRule } from './symlinks.ts';
import { readTemporaryPath, type TemporaryPath } from './temporary-file.ts';

export type * from './configuration.ts';

/** The main level while the file is read. */
export interface CoreMainState extends Partial<CoreMain> {
  /** The `http` block, once it was read. */
  http?: Configurations;
  readonly serverStates: CoreServerState[];
  readonly ports: Map<string, ListenPort>;
  readonly temporaryPaths: TemporaryPath[];
  readonly paths: PathsInUse;
}

const everywhere: readonly Context[] = ['http', 'server', 'location'];
const everywhereAndIf: readonly Context[] = [...everywhere, 'if in location'];
const servers: readonly Context[] = ['http', 'server'];

const ofLocation = slot<CoreLocationState>;
const ofServer = slot<CoreServerState>;

/** nginx's ngx_http_core_module. Source: https://nginx.org/en/docs/http/ngx_http_core_module.html */
export const core: Module = {
  name: 'ngx_http_core_module',
  alwaysAtWork: true,
  directives: [
    { name: 'http', contexts: ['main'], arguments: 0, block: true, level: 'main', set: readHttp },
    { name: 'server', contexts: ['http'], arguments: 0, block: true, level: 'main', set: readServer },
    {
      name: 'location',
      contexts: ['server', 'location'],
      arguments: [1, 2],
      block: true,
      level: 'location',
      set: (state: CoreLocationState, directive, build) => openLocation(state, directive, build, locationState),
    },
    {
      name: 'limit_except',
      contexts: ['location'],
      arguments: [1, Number.POSITIVE_INFINITY],
      block: true,
      level: 'location',
      set: (state: CoreLocationState, directive, build) => openLimitExcept(state, directive, build, locationState),
    },
    {
      name: 'listen',
      contexts: ['server'],
      arguments: [1, Number.POSITIVE_INFINITY],
      level: 'server',
      set: (state: CoreServerState, directive, build) =>
        setListen(state, directive, build.configuration<CoreMainState>(core, 'main').ports),
    },
    {
      name: 'server_name',
      contexts: ['server'],
      arguments: [1, Number.POSITIVE_INFINITY],
      level: 'server',
      set: setServerName,
    },
    { name: 'root', contexts: everywhereAndIf, arguments: 1, level: 'location', set: setRoot },
    { name: 'alias', contexts: ['location'], arguments: 1, level: 'location', set: setRoot },
    { name: 'types', contexts: everywhere, arguments: 0, block: true, level: 'location', set: setTypes },
    {
      name: 'error_page',
      contexts: everywhereAndIf,
      arguments: [2, Number.POSITIVE_INFINITY],
      level: 'location',
      set: setErrorPage,
    },
    {
      name: 'try_files',
      contexts: ['server', 'location'],
      arguments: [2, Number.POSITIVE_INFINITY],
      level: 'location',
      set: setTryFiles,
    },
    { name: 'keepalive_timeout', contexts: everywhere, arguments: [1, 2], level: 'location', set: setKeepaliveTimeout },
    { name: 'open_file_cache', contexts: everywhere, arguments: [1, 2], level: 'location', set: setOpenFileCache },
    {
      name: 'internal',
      contexts: ['location'],
      arguments: 0,
      level: 'location',
      set: (state: CoreLocationState, _, build) => {
        if (state.internal !== undefined) build.fail('"internal" directive is duplicate');
        state.internal = true;
      },
    },
    {
      name: 'error_log',
      contexts: everywhere,
      arguments: [1, Number.POSITIVE_INFINITY],
      level: 'location',
      set: (state: CoreLocationState, directive, build) => {
        state.errorLog = [...(state.errorLog ?? []), errorLogOf(directive, build)];
      },
    },
    {
      name: 'resolver',
      contexts: everywhere,
      arguments: [1, Number.POSITIVE_INFINITY],
      level: 'location',
      set: (state: CoreLocationState, directive, build) => {
        if (state.resolver !== undefined) build.fail('"resolver" directive is duplicate');
        state.resolver = nameServers(directive);
      },
    },
    ...gzipDirectives,
    ofLocation('location', everywhere, 'default_type', 'defaultType', text),
    ofLocation('location', everywhere, 'client_max_body_size', 'clientMaxBodySize', (directive) => offset(directive)),
    ofLocation('location', everywhere, 'client_body_buffer_size', 'clientBodyBufferSize', (directive) =>
      size(directive),
    ),
    ofLocation('location', everywhere, 'client_body_in_file_only', 'clientBodyInFileOnly', (directive) =>
      oneOf(directive, ['off', 'on', 'clean']),
    ),
    ofLocation('location', everywhere, 'client_body_temp_path', 'clientBodyTempPath', temporaryPath, [1, 4]),
    ofLocation('location', everywhere, 'client_body_timeout', 'clientBodyTimeout', (directive) => time(directive)),
    ofLocation('location', everywhere, 'send_timeout', 'sendTimeout', (directive) => time(directive)),
    ofLocation('location', everywhere, 'keepalive_requests', 'keepaliveRequests', (directive) => number(directive)),
    ofLocation('location', everywhere, 'keepalive_time', 'keepaliveTime', (directive) => time(directive)),
    ofLocation('location', everywhere, 'lingering_close', 'lingeringClose', (directive) =>
      oneOf(directive, ['off', 'on', 'always']),
    ),
    ofLocation('location', everywhere, 'lingering_time', 'lingeringTime', (directive) => time(directive)),
    ofLocation('location', everywhere, 'lingering_timeout', 'lingeringTimeout', (directive) => time(directive)),
    ofLocation('location', everywhere, 'reset_timedout_connection', 'resetTimedoutConnection', flag),
    ofLocation('location', everywhere, 'server_tokens', 'serverTokens', (directive) =>
      oneOf(directive, ['on', 'off', 'build']),
    ),
    ofLocation('location', everywhere, 'absolute_redirect', 'absoluteRedirect', flag),
    ofLocation('location', everywhere, 'port_in_redirect', 'portInRedirect', flag),
    ofLocation('location', everywhere, 'server_name_in_redirect', 'serverNameInRedirect', flag),
    ofLocation('location', everywhere, 'if_modified_since', 'ifModifiedSince', (directive) =>
      oneOf(directive, ['off', 'exact', 'before']),
    ),
    ofLocation('location', everywhere, 'etag', 'etag', flag),
    ofLocation('location', everywhere, 'max_ranges', 'maxRanges', (directive) => number(directive)),
    ofLocation('location', everywhereAndIf, 'limit_rate', 'limitRate', rate),
    ofLocation('location', everywhereAndIf, 'limit_rate_after', 'limitRateAfter', rate),
    ofLocation('location', everywhere, 'auth_delay', 'authDelay', (directive) => time(directive)),
    ofLocation('location', everywhere, 'satisfy', 'satisfy', (directive) => oneOf(directive, ['all', 'any'])),
    ofLocation('location', everywhere, 'log_not_found', 'logNotFound', flag),
    ofLocation('location', everywhere, 'log_subrequest', 'logSubrequest', flag),
    ofLocation('location', everywhere, 'disable_symlinks', 'disableSymlinks', readSymlinkRule, [1, 2]),
    ofLocation('location', everywhereAndIf, 'post_action', 'postAction', text),
    ofLocation('location', everywhere, 'recursive_error_pages', 'recursiveErrorPages', flag),
    ofLocation('location', everywhere, 'msie_padding', 'msiePadding', flag),
    ofLocation('location', everywhere, 'open_file_cache_valid', 'openFileCacheValid', (directive) =>
      seconds(directive),
    ),
    ofLocation('location', everywhere, 'open_file_cache_errors', 'openFileCacheErrors', flag),
    ofLocation('location', everywhereAndIf, 'sendfile', 'sendfile', flag),
    ofLocation('location', everywhere, 'tcp_nodelay', 'tcpNodelay', flag),
    ofLocation('location', everywhere, 'tcp_nopush', 'tcpNopush', flag),
    ofLocation('location', everywhere, 'chunked_transfer_encoding', 'chunkedTransferEncoding', flag),
    ofLocation('location', everywhere, 'resolver_timeout', 'resolverTimeout', (directive) => time(directive)),
    ofServer('server', servers, 'client_header_timeout', 'clientHeaderTimeout', (directive) => time(directive)),
    ofServer('server', servers, 'client_header_buffer_size', 'clientHeaderBufferSize', (directive) => size(directive)),
    ofServer('server', servers, 'large_client_header_buffers', 'largeClientHeaderBuffers', buffers, 2),
    ofServer('server', servers, 'max_headers', 'maxHeaders', (directive) => number(directive)),
    ofServer('server', servers, 'merge_slashes', 'mergeSlashes', flag),
    ofServer('server', servers, 'underscores_in_headers', 'underscoresInHeaders', flag),
    ofServer('server', servers, 'ignore_invalid_headers', 'ignoreInvalidHeaders', flag),
    ...['variables_hash_max_size', 'variables_hash_bucket_size', 'server_names_hash_max_size'].map((name) =>
      accepted('location', name, ['http'], (directive) => number(directive)),
    ),
    accepted('location', 'server_names_hash_bucket_size', ['http'], (directive) => number(directive)),
    accepted('location', 'types_hash_max_size', everywhere, (directive) => number(directive)),
    accepted('location', 'types_hash_bucket_size', everywhere, (directive) => number(directive)),
    accepted('location', 'connection_pool_size', servers, poolSize),
    accepted('location', 'request_pool_size', servers, poolSize),
    accepted('location', 'output_buffers', everywhere, buffers, 2),
    accepted('location', 'postpone_output', everywhere, (directive) => size(directive)),
    accepted('location', 'read_ahead', everywhere, (directive) => size(directive)),
    accepted('location', 'sendfile_max_chunk', everywhere, (directive) => size(directive)),
    accepted('location', 'subrequest_output_buffer_size', everywhere, (directive) => size(directive)),
    accepted('location', 'open_file_cache_min_uses', everywhere, (directive) => number(directive)),
    accepted('location', 'client_body_in_single_buffer', everywhere, flag),
    accepted('location', 'open_file_cache_events', everywhere, flag),
    accepted('location', 'aio_write', everywhere, flag),
    ofLocation('location', everywhere, 'aio', 'aio', asynchronous),
    accepted('location', 'msie_refresh', everywhere, flag),
    sendLowat('send_lowat'),
    accepted(
      'location',
      'directio',
      everywhere,
      (directive) => directive.words[0]!.text === 'off' || offset(directive),
    ),
    accepted('location', 'directio_alignment', everywhere, (directive) => offset(directive)),
    choice<{ keepaliveDisable: unknown }>(
      'location',
      everywhere,
      'keepalive_disable',
      'keepaliveDisable',
      ['none', 'msie6', 'safari'],
      undefined,
      [1, 2],
    ),
  ],
  createMain: (): CoreMainState => ({
    servers: [],
    serverStates: [],
    ports: new Map(),
    temporaryPaths: [],
    paths: new Map(),
  }),
  createServer,
  createLocation,
  mergeServer,
  mergeLocation,
  variables: coreVariables,
  idle: ({ postAction = 'off' }: CoreLocationState) => postAction === 'off',
  phases: { log: act },
};

/** `post_action`: a request that the server makes of itself after an answer. Source: ngx_http_post_action. */
function act(exchange: Exchange): number {
  const { postAction } = exchange.core;
  if (exchange.parent === undefined && postAction !== undefined && postAction !== 'off') {
    subrequest(exchange, { uri: postAction, args: exchange.args, headerOnly: true, background: true });
  }
  return OK;
}

/** Reads a directive such as `client_body_temp_path`; its folder is made when the server starts. */
export function temporaryPath(directive: Directive, build: Build): TemporaryPath {
  const path = readTemporaryPath(directive, build);
  const { temporaryPaths, paths } = build.configuration<CoreMainState>(core, 'main');
  usePath(paths, path.folder, path.levels, directive, 'temporary');
  temporaryPaths.push(path);
  return path;
}

/** `aio`, which nginx's readers of files obey, and ours needn't. Source: ngx_http_core_set_aio. */
function asynchronous(directive: Directive, build: Build): string {
  const { text: way } = directive.words[0]!;
  if (way === 'on') build.fail('"aio on" is unsupported on this platform');
  if (!/^(off|threads|threads=.*)$/.test(way)) build.fail('"aio" directive invalid value');
  return way;
}

function text(directive: Directive): string {
  return directive.words[0]!.text;
}

function locationState(configurations: Configurations): CoreLocationState {
  return configurations.location.get(core) as CoreLocationState;
}

/** The core module's main level at the top of the file. */
export function coreMain(top: Configurations): CoreMainState {
  return top.main.get(core) as CoreMainState;
}

/** `http { ... }`. The order of what follows the reading is that of ngx_http_block. */
function readHttp(state: CoreMainState, directive: Directive, build: Build): void {
  if (state.http !== undefined) build.fail('"http" directive is duplicate');
  const { shared } = build as Builder;
  const http = build.open(directive, 'http', ['main', 'server', 'location'], (configurations) => {
    state.http = configurations;
    Object.assign(coreMain(configurations), { variables: shared.variables });
  });
  const inner = new Builder(shared, 'http', http, directive);
  for (const module of shared.modules) module.initMain?.(http.main.get(module), inner);
  const location = locationState(http);
  location.errorLog ??= build.configuration<MainState>(mainModule, 'main').errorLog ?? [
    { file: shared.errorLog, level: 'error' },
  ];
  if (location.root === undefined) {
    const root = build.path('html');
    Object.assign(location, { root: () => root, rootText: root, alias: false });
  }
  mergeAll(shared.modules, http, shared.warn);
  for (const { configurations } of coreMain(http).serverStates) openLocations(locationState(configurations!));
  for (const module of shared.modules) module.postConfiguration?.(http.main.get(module), inner);
  shared.variables.bind();
  shared.onHttp(http);
}

/** `server { ... }`. */
function readServer(state: CoreMainState, directive: Directive, build: Build): void {
  build.open(directive, 'server', ['server', 'location'], (configurations) => {
    const server = configurations.server.get(core) as CoreServerState;
    server.configurations = configurations;
    server.file = directive.file;
    server.line = directive.terminatorLine;
    const location = locationState(configurations);
    location.kind = 'server';
    location.name = '';
    state.serverStates.push(server);
  });
  const server = state.serverStates[state.serverStates.length - 1]!;
  if (server.listens.length > 0) return;
  // As nginx: an ordinary user can't have port 80.
  const port = process.geteuid?.() === 0 ? 80 : 8000;
  const address = { address: '0.0.0.0', port, unix: false, text: `0.0.0.0:${port}` };
  addListen(server, { ...address, ...plainListen, file: server.file, line: server.line }, state.ports, directive);
}
