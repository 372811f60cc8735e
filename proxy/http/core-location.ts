import type { Directive } from '../config/directive.ts';
import { ConfigError, failure, parseSeconds, parseSize, seconds, time } from '../config/index.ts';
import { LocationTree } from '../routing/location.ts';
import type { Captured, CoreLocation, ErrorPage, GzipProxied, Location, Locations, TryFiles } from './configuration.ts';
import type { Build, Configurations } from './module.ts';
import { matcherOf } from './regex.ts';

/** A location while the file is read: what isn't set is missing. */
export type CoreLocationState = Partial<CoreLocation> & {
  /** The locations inside, in the order of the file. */
  readonly inner: InnerLocation[];
};

export interface InnerLocation extends Location {
  readonly state: CoreLocationState;
  readonly file: string;
  readonly line: number;
}

export function createLocation(): CoreLocationState {
  return { inner: [] };
}

/** The types that nginx knows when no `types` is given. */
const defaultTypes: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html'],
  ['gif', 'image/gif'],
  ['jpg', 'image/jpeg'],
]);

/** Location level defaults. Times in milliseconds, sizes in bytes. */
const defaults: Partial<CoreLocation> = {
  defaultType: 'text/plain',
  types: defaultTypes,
  errorPages: [],
  clientMaxBodySize: 1024 * 1024,
  clientBodyBufferSize: 16 * 1024,
  clientBodyInFileOnly: 'off',
  clientBodyTimeout: 60_000,
  sendTimeout: 60_000,
  keepaliveTimeout: 75_000,
  keepaliveHeader: 0,
  keepaliveRequests: 1000,
  keepaliveTime: 3_600_000,
  lingeringClose: 'on',
  lingeringTime: 30_000,
  lingeringTimeout: 5000,
  resetTimedoutConnection: false,
  serverTokens: 'on',
  absoluteRedirect: true,
  portInRedirect: true,
  serverNameInRedirect: false,
  ifModifiedSince: 'exact',
  etag: true,
  maxRanges: Number.POSITIVE_INFINITY,
  authDelay: 0,
  satisfy: 'all',
  errorLog: [],
  logNotFound: true,
  logSubrequest: false,
  recursiveErrorPages: false,
  msiePadding: true,
  openFileCacheValid: 60_000,
  openFileCacheErrors: false,
  gzipVary: false,
  gzipHttpVersion: '1.1',
  gzipProxied: new Set<GzipProxied>(['off']),
  sendfile: false,
  tcpNodelay: true,
  tcpNopush: false,
  chunkedTransferEncoding: true,
  resolverTimeout: 30_000,
};

/** What a block inherits although it has no default. */
const inherited = [
  'postAction',
  'aio',
  'disableSymlinks',
  'clientBodyTempPath',
  'resolver',
  'limitRate',
  'limitRateAfter',
  'openFileCache',
  'gzipDisable',
] as const;

export function mergeLocation(parent: CoreLocationState, child: CoreLocationState): void {
  if (child.root === undefined) {
    child.root = parent.root!;
    child.rootText = parent.rootText;
    child.alias = parent.alias ?? false;
    child.aliasLength = parent.aliasLength ?? 0;
  } else child.aliasLength = child.alias === true ? (child.name ?? parent.name ?? '').length : 0;
  for (const key of Object.keys(defaults) as (keyof CoreLocation)[]) {
    Object.assign(child, { [key]: child[key] ?? parent[key] ?? defaults[key] });
  }
  for (const key of inherited) Object.assign(child, { [key]: child[key] ?? parent[key] });
  child.internal ??= false;
  if (child.kind === undefined || child.kind === 'limit_except') inheritPlace(parent, child);
}

/** A block without a name of its own (`if`, `limit_except`) is in the place of the location around it. */
function inheritPlace(parent: CoreLocationState, child: CoreLocationState): void {
  child.kind ??= 'if in location';
  child.name = parent.name ?? '';
  child.regex = parent.regex;
  child.handler ??= parent.handler;
  child.autoRedirect ??= parent.autoRedirect ?? false;
  child.internal ||= parent.internal ?? false;
}

/** `location [modifier] name { ... }`. Source: ngx_http_core_location. */
export function openLocation(
  parent: CoreLocationState,
  directive: Directive,
  build: Build,
  stateOf: (configurations: Configurations) => CoreLocationState,
): void {
  const place = locationPlace(directive, build);
  checkPlace(parent, place, build);
  build.open(directive, 'location', ['location'], (configurations) => {
    const state = stateOf(configurations);
    Object.assign(state, place);
    const { file, terminatorLine: line } = directive;
    parent.inner.push({ configurations, state, core: state as unknown as CoreLocation, file, line });
  });
}

type Place = Pick<CoreLocation, 'name' | 'kind' | 'regex'>;

function locationPlace(directive: Directive, build: Build): Place {
  const [first, second] = directive.words.map(({ text }) => text) as [string, string | undefined];
  const [modifier, name] = second === undefined ? split(first) : [first, second];
  switch (modifier) {
    case '':
      return { name, kind: name.startsWith('@') && second === undefined ? 'named' : 'prefix', regex: undefined };
    case '=':
      return { name, kind: 'exact', regex: undefined };
    case '^~':
      return { name, kind: 'exclusive', regex: undefined };
    case '~':
    case '~*':
      return { name, kind: 'regex', regex: build.regex(name, modifier === '~*') };
    default:
      return build.fail(`invalid location modifier "${modifier}"`);
  }
}

/** A modifier may be written without a space after it. */
function split(text: string): [modifier: string, name: string] {
  const modifier = /^(=|\^~|~\*|~)?/.exec(text)![0];
  return [modifier, text.slice(modifier.length)];
}

function checkPlace(parent: CoreLocationState, { name, kind }: Place, build: Build): void {
  if (parent.kind === undefined || parent.kind === 'server') return;
  if (parent.kind === 'exact') build.fail(`location "${name}" cannot be inside the exact location "${parent.name}"`);
  if (parent.kind === 'named') build.fail(`location "${name}" cannot be inside the named location "${parent.name}"`);
  if (kind === 'named') build.fail(`named location "${name}" can be on the server level only`);
  if (kind !== 'regex' && !name.startsWith(parent.name!)) {
    build.fail(`location "${name}" is outside location "${parent.name}"`);
  }
}

/** Makes the tree that a server's requests are looked up in. Throws where two locations are the same. */
export function openLocations(server: CoreLocationState): void {
  server.locations = locationsOf(server);
  server.autoRedirect = false;
}

function locationsOf(state: CoreLocationState): LocationTree<Location, Captured> & Locations {
  const seen = new Set<string>();
  const entries = state.inner.map((location) => {
    const { state: own, core } = location;
    const { name = '', kind = 'prefix', regex } = own;
    const key = kind === 'exact' ? `=${name}` : kind === 'regex' ? undefined : `/${name}`;
    if (key !== undefined && seen.has(key)) {
      throw new ConfigError(`duplicate location "${name}"`, location.file, location.line);
    }
    if (key !== undefined) seen.add(key);
    const inner = own.inner.length === 0 ? undefined : locationsOf(own);
    own.locations = inner;
    own.autoRedirect ??= false;
    return {
      name,
      kind: kind as 'prefix' | 'exclusive' | 'exact' | 'regex' | 'named',
      redirectsToSlash: own.autoRedirect,
      value: { configurations: location.configurations, core },
      inner,
      ...(regex === undefined ? {} : { matches: matcherOf(regex) }),
    };
  });
  return new LocationTree(entries);
}

/** `root path` and `alias path`. Source: ngx_http_core_root. */
export function setRoot(location: CoreLocationState, directive: Directive, build: Build): void {
  const alias = directive.name === 'alias';
  if (location.root !== undefined) {
    if (location.alias === alias) build.fail(`"${directive.name}" directive is duplicate`);
    build.fail(
      `"${directive.name}" directive is duplicate, "${alias ? 'root' : 'alias'}" directive was specified earlier`,
    );
  }
  if (alias && location.kind === 'named') {
    build.fail('the "alias" directive cannot be used inside the named location');
  }
  const { text } = directive.words[0]!;
  for (const name of ['document_root', 'realpath_root']) {
    if (text.includes(`$${name}`) || text.includes(`\${${name}}`)) {
      build.fail(`the $${name} variable cannot be used in the "${directive.name}" directive`);
    }
  }
  const trimmed = !alias && text.length > 0 && text.endsWith('/') ? text.slice(0, -1) : text;
  const full = trimmed.startsWith('$') || (trimmed === '' && text === '/') ? trimmed : build.path(trimmed);
  location.alias = alias;
  location.root = build.value(full);
  location.rootText = build.hasVariables(full) ? undefined : full;
}

/** `types { type extension ...; }`. */
export function setTypes(location: CoreLocationState, directive: Directive, build: Build): void {
  const types = new Map(location.types ?? []);
  for (const line of build.lines(directive)) {
    for (const { text } of line.words) {
      const extension = text.toLowerCase();
      const previous = types.get(extension);
      if (previous !== undefined) {
        build.warn(
          `duplicate extension "${extension}", content type: "${line.name}", previous content type: "${previous}"`,
        );
      }
      types.set(extension, line.name);
    }
  }
  location.types = types;
}

/** `error_page code ... [=[response]] uri`. Source: ngx_http_core_error_page. */
export function setErrorPage(location: CoreLocationState, directive: Directive, build: Build): void {
  const words = directive.words.map(({ text }) => text);
  const text = words.pop()!;
  let overwrite: number | undefined;
  const response = words[words.length - 1]!;
  if (response.startsWith('=')) {
    if (words.length === 1 || !/^=\d*$/.test(response)) build.fail(`invalid value "${response}"`);
    overwrite = Number(response.slice(1));
    words.pop();
  }
  const target = build.value(text);
  const pages: ErrorPage[] = words.map((word) => {
    if (!/^\d+$/.test(word)) build.fail(`invalid value "${word}"`);
    const status = Number(word);
    if (status === 499) build.fail('invalid value "499"');
    if (status < 300 || status > 599) build.fail(`value "${word}" must be between 300 and 599`);
    return { status, overwrite, target, text };
  });
  location.errorPages = [...(location.errorPages ?? []), ...pages];
}

/** `try_files file ... uri|=code|@name`. */
export function setTryFiles(location: CoreLocationState, directive: Directive, build: Build): void {
  if (location.tryFiles !== undefined) build.fail('"try_files" directive is duplicate');
  const words = directive.words.map(({ text }) => text);
  const last = words.pop()!;
  const files = words.map((text) => {
    const directory = text.endsWith('/') && text.length > 1;
    return { value: build.value(text), text, directory };
  });
  location.tryFiles = { files, fallback: fallbackOf(last, build) };
}

function fallbackOf(text: string, build: Build): TryFiles['fallback'] {
  if (text.startsWith('=')) {
    const status = Number(text.slice(1));
    if (!/^=\d{1,3}$/.test(text) || status > 999) build.fail(`invalid code "${text}"`);
    return { status };
  }
  if (text.startsWith('@') && !build.hasVariables(text)) return { named: text };
  return { value: build.value(text), text };
}

/** `keepalive_timeout timeout [header_timeout]`. */
export function setKeepaliveTimeout(location: CoreLocationState, directive: Directive, build: Build): void {
  if (location.keepaliveTimeout !== undefined) build.fail('"keepalive_timeout" directive is duplicate');
  location.keepaliveTimeout = time(directive);
  if (directive.words.length > 1) location.keepaliveHeader = Math.floor(seconds(directive, 1) / 1000);
}

/** `limit_except method ... { ... }`. */
export function openLimitExcept(
  location: CoreLocationState,
  directive: Directive,
  build: Build,
  stateOf: (configurations: Configurations) => CoreLocationState,
): void {
  if (location.limitExcept !== undefined) build.fail('"limit_except" directive is duplicate');
  const allowed = new Set<string>();
  for (const { text } of directive.words) {
    const method = text.toUpperCase();
    if (!methods.has(method)) build.fail(`invalid method "${text}"`);
    allowed.add(method);
    if (method === 'GET') allowed.add('HEAD');
  }
  const configurations = build.open(directive, 'limit_except', ['location'], (created) => {
    stateOf(created).kind = 'limit_except';
  });
  location.limitExcept = { methods: allowed, configurations };
}

const methods = new Set(
  'GET HEAD POST PUT DELETE MKCOL COPY MOVE OPTIONS PROPFIND PROPPATCH LOCK UNLOCK PATCH'.split(' '),
);

/** `open_file_cache off | max=N [inactive=time]`. */
export function setOpenFileCache(location: CoreLocationState, directive: Directive, build: Build): void {
  if (location.openFileCache !== undefined) build.fail('"open_file_cache" directive is duplicate');
  let max = 0;
  let inactive = 60_000;
  let off = false;
  for (const { text } of directive.words) {
    if (text === 'off') {
      off = true;
      continue;
    }
    const [name, value = ''] = text.split('=');
    const parsed = name === 'max' ? Number(value) : name === 'inactive' ? parseSeconds(value) : undefined;
    if (parsed === undefined || !(parsed > 0)) build.fail(`invalid "open_file_cache" parameter "${text}"`);
    if (name === 'max') max = parsed!;
    else inactive = parsed!;
  }
  if (off) max = 0;
  else if (max === 0) build.fail('"open_file_cache" must have the "max" parameter');
  location.openFileCache = { max, inactive };
}

/** `limit_rate` and `limit_rate_after`: a size, which may have variables. */
export function rate(directive: Directive, build: Build): CoreLocation['limitRate'] {
  const { text } = directive.words[0]!;
  if (build.hasVariables(text)) return build.value(text);
  const bytes = parseSize(text);
  if (bytes === undefined) throw failure(directive, `"${directive.name}" directive invalid value`);
  return bytes === 0 ? undefined : build.value(String(bytes));
}
