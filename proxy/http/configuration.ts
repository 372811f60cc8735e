import type { Snapshot } from '../config/index.ts';
import type { LocationEntry, LocationWatch } from '../routing/location.ts';
import type { NameMatch } from '../routing/server-name.ts';
import type { ComplexValue, Configurations, Handler, Module } from './module.ts';
import type { NameServers } from './name-servers.ts';
import type { Regex } from './regex.ts';
import type { SharedZones } from './shared-zones.ts';
import type { SymlinkRule } from './symlinks.ts';
import type { TemporaryPath } from './temporary-file.ts';
import type { Variables } from './variables.ts';

/**
 * What a configuration becomes once it is built: what the engine opens, and whom it asks for a server and a location.
 *
 * Every string here is a byte string: one UTF-16 unit (0-255) is one byte of the file, as on the wire (latin1).
 * Paths for the operating system go through `systemPath` of `proxy/config/index.ts`.
 */
export interface Configuration {
  readonly process: ProcessConfiguration;
  /** The configurations of the `http` block; `undefined` when there is none. */
  readonly http: Configurations | undefined;
  readonly listeners: readonly Listener[];
  /** Warnings, in nginx's words with file and line, without `nginx: `. */
  readonly warnings: readonly string[];
  /** Every file that was read, with its text. */
  readonly snapshot: Snapshot;
  /** The folder that relative paths are under, with its last slash. */
  readonly prefix: string;
  /** The variables of this configuration, by name. */
  readonly variables: Variables;
  readonly zones: SharedZones;
  /** The modules that take part in requests. */
  readonly modules: readonly Module[];
}

/** Whom workers run as. */
export interface Account {
  readonly name: string;
  readonly group: string;
}

/** The directives of the main context and of `events`. */
export interface ProcessConfiguration {
  user: Account | undefined;
  workerProcesses: number;
  workerConnections: number;
  /** `undefined` when no `pid` is given. */
  pid: string | undefined;
  /** `daemon on` is written; without it the server stays in the foreground. */
  daemon: boolean;
  masterProcess: boolean;
  errorLog: readonly ErrorLog[];
  workingDirectory: string | undefined;
  /** `nice` of the workers. */
  workerPriority: number;
  /** What `env name=value` gives the workers. */
  environment: Readonly<Record<string, string>>;
  /** Milliseconds; 0 is forever. */
  workerShutdownTimeout: number;
}

export type Severity = 'debug' | 'info' | 'notice' | 'warn' | 'error' | 'crit' | 'alert' | 'emerg';

/** One destination of `error_log`: a file, or `stderr`. */
export interface ErrorLog {
  readonly file: string;
  readonly level: Severity;
}

/** One socket to open, with the virtual hosts behind it. */
export interface Listener {
  /** `0.0.0.0`, `127.0.0.1`, `::`, `::1`; a path when `unix`. */
  readonly address: string;
  readonly port: number;
  readonly unix: boolean;
  /** As nginx writes it: `0.0.0.0:80`, `[::]:80`, `unix:/path`. */
  readonly text: string;
  readonly ipv6only: boolean;
  readonly backlog: number;
  readonly reuseport: boolean;
  readonly keepAlive: number | undefined;
  /** The virtual hosts for a connection that arrived at this local address (`listen 80` and `listen 127.0.0.1:80` share a socket). */
  at(localAddress: string): VirtualHosts;
}

/** The servers behind one address and port. */
export interface VirtualHosts {
  readonly ssl: boolean;
  readonly http2: boolean;
  readonly proxyProtocol: boolean;
  readonly text: string;
  readonly port: number;
  readonly defaultServer: VirtualServer;
  readonly servers: readonly VirtualServer[];
  /**
   * The server for a host (lower case, without port and trailing dot), or the default one. A named-group regular
   * expression leaves its captures in `captured`.
   */
  find(host: string, captured?: Captured): VirtualServer;
  /** The name that decides for a host; `undefined` when it is the default server's because no name fits. */
  match(host: string): NameMatch<VirtualServer> | undefined;
}

/** Where a regular expression leaves what it captured: an exchange fits. */
export interface Captured {
  captures: readonly (string | undefined)[];
  readonly variables: Map<string, string>;
}

/** One `server` block. */
export interface VirtualServer {
  readonly configurations: Configurations;
  readonly core: CoreServer;
  /** The locations of the server; `locations.find(uri)`. */
  readonly locations: Locations;
}

/** One `location` block (or the server itself, when no location matches). */
export interface Location {
  readonly configurations: Configurations;
  readonly core: CoreLocation;
}

export interface Locations {
  /** The location for a normalised path; `undefined` when none matches (the server's own configuration holds). Sets `captured` when a regular expression decides. */
  find(uri: string, captured?: Captured, watch?: LocationWatch<Location, Captured>): Location | undefined;
  named(name: string): Location | undefined;
  /** In the order of the file. */
  readonly entries: readonly LocationEntry<Location, Captured>[];
}

/** `main` level of ngx_http_core_module. */
export interface CoreMain {
  readonly servers: VirtualServer[];
  /** The value of a variable by name: `variables.get(exchange, name)`. */
  readonly variables: Variables;
  /** Folders that are made at the start. */
  readonly temporaryPaths: TemporaryPath[];
}

/** `server` level of ngx_http_core_module. Times in milliseconds, sizes in bytes. */
export interface CoreServer {
  /** The first `server_name`, for `$server_name`. */
  name: string;
  names: ServerName[];
  listens: Listen[];
  clientHeaderTimeout: number;
  clientHeaderBufferSize: number;
  largeClientHeaderBuffers: { readonly number: number; readonly size: number };
  maxHeaders: number;
  mergeSlashes: boolean;
  underscoresInHeaders: boolean;
  ignoreInvalidHeaders: boolean;
  file: string;
  line: number;
}

export interface ServerName {
  readonly text: string;
  readonly regex: Regex | undefined;
  readonly file: string;
  readonly line: number;
}

/** One `listen` of a server, parsed. */
export interface Listen {
  readonly address: string;
  readonly port: number;
  readonly unix: boolean;
  readonly text: string;
  /** Whether socket options were given (only one `listen` for an address may). */
  readonly set: boolean;
  readonly default: boolean;
  readonly ssl: boolean;
  readonly http2: boolean;
  readonly proxyProtocol: boolean;
  readonly ipv6only: boolean;
  readonly backlog: number;
  readonly reuseport: boolean;
  /** `so_keepalive`: milliseconds of silence before the system asks whether the client is still there, 0 for its own choice; `undefined` when it never asks. */
  readonly keepAlive: number | undefined;
  readonly file: string;
  readonly line: number;
}

export type LocationKind =
  | 'server'
  | 'prefix'
  | 'exact'
  | 'exclusive'
  | 'regex'
  | 'named'
  | 'if in location'
  | 'limit_except';

/** `error_page`: for these statuses, go there. */
export interface ErrorPage {
  readonly status: number;
  /** `=code`: the status to answer with; 0 (a bare `=`) takes the page's own; `undefined` keeps the error's. */
  readonly overwrite: number | undefined;
  /** Where to: a path, `@named`, or a full URL to redirect to. */
  readonly target: ComplexValue;
  /** The target as written. */
  readonly text: string;
}

/** `try_files`. */
export interface TryFiles {
  readonly files: readonly { readonly value: ComplexValue; readonly text: string; readonly directory: boolean }[];
  /** The last word: a path (with query), `@named`, or a status. */
  readonly fallback:
    | { readonly status: number }
    | { readonly named: string }
    | { readonly value: ComplexValue; readonly text: string };
}

export type GzipProxied =
  | 'off'
  | 'expired'
  | 'no-cache'
  | 'no-store'
  | 'private'
  | 'no_last_modified'
  | 'no_etag'
  | 'auth'
  | 'any';

/** `location` level of ngx_http_core_module, merged. Times in milliseconds, sizes in bytes. */
export interface CoreLocation {
  /** `/poster/`, `\.jpg$`, `@name`; empty for the server itself. */
  name: string;
  kind: LocationKind;
  regex: Regex | undefined;
  /** Content handler that a directive such as `proxy_pass` put here; it takes the place of the content phase. */
  handler: Handler | undefined;
  /** Set by `proxy_pass` and its like when the name ends in a slash: `/x` is then redirected to `/x/`. */
  autoRedirect: boolean;
  /** `root` or `alias`, with variables. Absolute. */
  root: ComplexValue;
  /** `root` or `alias` as text when it has no variables. */
  rootText: string | undefined;
  /** `alias` instead of `root`: the path after the location's name is appended. */
  alias: boolean;
  /** How much of the path `alias` replaces: the length of the name of the location that has it (an inner one inherits both). */
  aliasLength: number;
  defaultType: string;
  /** Extension in lower case to MIME type. */
  types: ReadonlyMap<string, string>;
  errorPages: readonly ErrorPage[];
  tryFiles: TryFiles | undefined;
  /** 0 is no limit. */
  clientMaxBodySize: number;
  clientBodyBufferSize: number;
  clientBodyTempPath: TemporaryPath | undefined;
  clientBodyInFileOnly: 'off' | 'on' | 'clean';
  clientBodyTimeout: number;
  sendTimeout: number;
  keepaliveTimeout: number;
  /** Value of the `Keep-Alive: timeout=` header in seconds; 0 sends none. */
  keepaliveHeader: number;
  keepaliveRequests: number;
  keepaliveTime: number;
  lingeringClose: 'off' | 'on' | 'always';
  lingeringTime: number;
  lingeringTimeout: number;
  resetTimedoutConnection: boolean;
  serverTokens: 'on' | 'off' | 'build';
  absoluteRedirect: boolean;
  portInRedirect: boolean;
  serverNameInRedirect: boolean;
  internal: boolean;
  /** Methods that `limit_except` lets through; others take `limitExceptLocation`'s configuration. */
  limitExcept: { readonly methods: ReadonlySet<string>; readonly configurations: Configurations } | undefined;
  ifModifiedSince: 'off' | 'exact' | 'before';
  etag: boolean;
  /** Infinity when not set. */
  maxRanges: number;
  /** Bytes a second; 0 is unlimited. */
  limitRate: ComplexValue | undefined;
  limitRateAfter: ComplexValue | undefined;
  /** Milliseconds that a 401 waits. */
  authDelay: number;
  aio: string | undefined;
  satisfy: 'all' | 'any';
  errorLog: readonly ErrorLog[];
  logNotFound: boolean;
  logSubrequest: boolean;
  /** Asked for after each answer; `undefined` when there is none. */
  postAction: string | undefined;
  disableSymlinks: SymlinkRule | undefined;
  recursiveErrorPages: boolean;
  msiePadding: boolean;
  /** `max` is 0 where it is off, `undefined` where nothing is said of it. Milliseconds. */
  openFileCache: { readonly max: number; readonly inactive: number } | undefined;
  openFileCacheValid: number;
  openFileCacheErrors: boolean;
  gzipVary: boolean;
  gzipHttpVersion: '1.0' | '1.1';
  gzipProxied: ReadonlySet<GzipProxied>;
  gzipDisable: readonly Regex[] | undefined;
  sendfile: boolean;
  tcpNodelay: boolean;
  tcpNopush: boolean;
  chunkedTransferEncoding: boolean;
  resolver: NameServers | undefined;
  resolverTimeout: number;
  /** Locations inside this one. */
  locations: Locations | undefined;
}
