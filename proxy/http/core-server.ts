import { hostname } from 'node:os';
import type { Directive } from '../config/directive.ts';
import { ConfigError, failure } from '../config/index.ts';
import { type ListenAddress, ListenError, parseListen } from '../routing/listen.ts';
import type { CoreServer, Listen } from './configuration.ts';
import { listenOptions } from './listen-options.ts';
import type { Build, Configurations } from './module.ts';

/** Everything that listens on one address and port, as the file is read. */
export interface ListenPort {
  readonly text: string;
  readonly listens: { readonly listen: Listen; readonly server: CoreServerState }[];
}

/** A server while the file is read: what isn't set is missing. */
export type CoreServerState = Partial<Omit<CoreServer, 'names' | 'listens' | 'file' | 'line'>> &
  Pick<CoreServer, 'names' | 'listens' | 'file' | 'line'> & {
    configurations?: Configurations;
    /** Its last regular expression has groups. */
    captures?: boolean;
  };

export function createServer(): CoreServerState {
  return { names: [], listens: [], file: '', line: 0 };
}

/** Server level defaults. Times in milliseconds, sizes in bytes. */
const defaults = {
  clientHeaderTimeout: 60_000,
  clientHeaderBufferSize: 1024,
  largeClientHeaderBuffers: { number: 4, size: 8192 },
  maxHeaders: 1000,
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
      const regex = build.regex(pattern, /[A-Z]/.test(pattern));
      server.captures = regex.groups > 0;
      server.names.push({ text, regex, file, line });
      continue;
    }
    if (text.includes('/')) build.warn(`server name "${text}" has suspicious symbols`);
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
