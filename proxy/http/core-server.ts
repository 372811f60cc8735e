import { hostname } from 'node:os';
import type { Directive } from '../config/directive.ts';
import { ConfigError, failure } from '../config/index.ts';
import { type ListenAddress, ListenError, parseListen } from '../routing/listen.ts';
import { isValidWildcard } from '../routing/server-name.ts';
import type { CoreServer, Listen } from './configuration.ts';
import type { Build, Configurations } from './module.ts';

/** Everything that listens on one address and port, as the file is read. */
export interface ListenPort {
  readonly text: string;
  readonly listens: { readonly listen: Listen; readonly server: CoreServerState }[];
}

/** A server while the file is read: what isn't set is missing. */
export type CoreServerState = Partial<Omit<CoreServer, 'names' | 'listens' | 'file' | 'line'>> &
  Pick<CoreServer, 'names' | 'listens' | 'file' | 'line'> & { configurations?: Configurations };

export function createServer(): CoreServerState {
  return { names: [], listens: [], file: '', line: 0 };
}

/** Server level defaults. Times in milliseconds, sizes in bytes. */
const defaults = {
  clientHeaderTimeout: 60_000,
  clientHeaderBufferSize: 1024,
  largeClientHeaderBuffers: { number: 4, size: 8192 },
  mergeSlashes: true,
  underscoresInHeaders: false,
  ignoreInvalidHeaders: true,
} as const;

export function mergeServer(parent: CoreServerState, child: CoreServerState): void {
  for (const key of Object.keys(defaults) as (keyof typeof defaults)[]) {
    Object.assign(child, { [key]: child[key] ?? parent[key] ?? defaults[key] });
  }
  const first = child.names[0]?.text ?? '';
  child.name = first.startsWith('.') ? first.slice(1) : first;
}

/** `server_name name ...`. Source: ngx_http_core_server_name. */
export function setServerName(server: CoreServerState, directive: Directive, build: Build): void {
  for (const word of directive.words) {
    const text = word.text === '$hostname' ? hostname().toLowerCase() : word.text;
    const invalid =
      (text.startsWith('*') && (text.length < 3 || text[1] !== '.')) || (text.startsWith('.') && text.length < 2);
    if (invalid) build.fail(`server name "${text}" is invalid`);
    const { file, terminatorLine: line } = directive;
    if (text.startsWith('~')) {
      const pattern = text.slice(1);
      if (pattern === '') build.fail(`empty regex in server name "${text}"`);
      server.names.push({ text, regex: build.regex(pattern, /[A-Z]/.test(pattern)), file, line });
      continue;
    }
    if (text.includes('/')) build.warn(`server name "${text}" has suspicious symbols`);
    if (!isValidWildcard(text)) {
      throw new ConfigError(`invalid server name or wildcard "${text}" on 0.0.0.0:80`, file, line, undefined, false);
    }
    server.names.push({ text: text.toLowerCase(), regex: undefined, file, line });
  }
}

/** `listen address[:port] [parameters]`. Source: ngx_http_core_listen. */
export function setListen(server: CoreServerState, directive: Directive, ports: Map<string, ListenPort>): void {
  const [word, ...parameters] = directive.words;
  const addresses = addressesOf(directive, word!.text);
  const options = listenOptions(
    directive,
    parameters.map(({ text }) => text),
    word!.text,
  );
  const { file, terminatorLine: line } = directive;
  for (const address of addresses) addListen(server, { ...address, ...options, file, line }, ports, directive);
}

function addressesOf(directive: Directive, text: string): readonly ListenAddress[] {
  try {
    return parseListen(text);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    throw failure(directive, `${error.message} in "${text}" of the "listen" directive`);
  }
}

/** Registers a `listen`; throws when it can't stand beside those before it. Source: ngx_http_add_listen. */
export function addListen(
  server: CoreServerState,
  listen: Listen,
  ports: Map<string, ListenPort>,
  directive: Directive | undefined,
): void {
  const fail = (reason: string): never => {
    throw directive === undefined ? new ConfigError(reason) : failure(directive, reason);
  };
  server.listens.push(listen);
  const known = ports.get(listen.text);
  if (known === undefined) {
    ports.set(listen.text, { text: listen.text, listens: [{ listen, server }] });
    return;
  }
  if (known.listens.some((other) => other.server === server)) fail(`a duplicate listen ${listen.text}`);
  if (listen.set && known.listens.some((other) => other.listen.set))
    fail(`duplicate listen options for ${listen.text}`);
  if (listen.default && known.listens.some((other) => other.listen.default)) {
    fail(`a duplicate default server for ${listen.text}`);
  }
  known.listens.push({ listen, server });
}

type ListenOptions = Omit<Listen, 'address' | 'port' | 'unix' | 'text' | 'file' | 'line'>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What a server without `listen` gets. */
export const plainListen: ListenOptions = {
  set: false,
  default: false,
  ssl: false,
  http2: false,
  proxyProtocol: false,
  ipv6only: true,
  backlog: 511,
  reuseport: false,
};

function listenOptions(directive: Directive, parameters: readonly string[], address: string): ListenOptions {
  const options: Mutable<ListenOptions> = { ...plainListen };
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const name = equals < 0 ? parameter : parameter.slice(0, equals);
    const value = equals < 0 ? undefined : parameter.slice(equals + 1);
    if (!applyOption(options, name, value, directive)) throw failure(directive, `invalid parameter "${parameter}"`);
    if (name === 'ipv6only' && !address.startsWith('[')) {
      throw failure(directive, `ipv6only is not supported on addr "${parseListen(address)[0]!.text}"`);
    }
  }
  return options;
}

/** Options of the socket that we accept and leave to the system. */
const socketOptions = /^(rcvbuf|sndbuf|so_keepalive|fastopen|setfib|accept_filter)$/;

function applyOption(
  options: Mutable<ListenOptions>,
  name: string,
  value: string | undefined,
  directive: Directive,
): boolean {
  if (value === undefined) {
    if (name === 'default_server' || name === 'default') options.default = true;
    else if (name === 'ssl') options.ssl = true;
    else if (name === 'http2') options.http2 = true;
    else if (name === 'proxy_protocol') options.proxyProtocol = true;
    else if (name === 'bind' || name === 'deferred') options.set = true;
    else if (name === 'reuseport') {
      options.reuseport = true;
      options.set = true;
    } else return false;
    return true;
  }
  options.set = true;
  if (name === 'backlog') {
    if (!/^\d+$/.test(value) || value === '0') throw failure(directive, `invalid backlog "${value}"`);
    options.backlog = Number(value);
  } else if (name === 'ipv6only') {
    if (value !== 'on' && value !== 'off') throw failure(directive, `invalid ipv6only flags "${value}"`);
    options.ipv6only = value === 'on';
  } else return socketOptions.test(name) && value !== '';
  return true;
}
