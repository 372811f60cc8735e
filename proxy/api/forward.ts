import type { Location } from '../http/configuration.ts';
import type { Exchange } from '../http/exchange.ts';
import { AGAIN, OK } from '../http/module.ts';
import { buildText } from './build-text.ts';

export interface PoolOptions {
  /** How a server is chosen: round robin when not said. */
  readonly balance?: 'round robin' | 'least_conn' | 'random' | 'ip_hash';
  /** Idle connections kept to the servers; 32 when not said, 0 for none. */
  readonly keepalive?: number;
  /** What the servers speak: HTTP when not said. */
  readonly protocol?: 'http' | 'uwsgi' | 'fastcgi';
}

export interface ForwardOptions {
  /** Headers for the server behind, instead of the client's of that name; values may hold nginx's variables: `{ Host: '$host' }`. */
  readonly setHeaders?: Readonly<Record<string, string>>;
  /** What servers that speak uwsgi or FastCGI are told beside the headers (`HTTP_*`); values as above: `{ REMOTE_ADDR: '$remote_addr' }`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Directives of nginx for the location, for whatever else is wanted: `proxy_read_timeout 5s;` */
  readonly directives?: string;
}

/** Servers that do the same work. Failed ones are left alone for a while, as `upstream` has it. */
export class Pool {
  readonly #upstream: string;
  readonly #locations = new Map<string, Location>();
  readonly #servers: string;
  readonly #protocol: NonNullable<PoolOptions['protocol']>;

  constructor(addresses: readonly string[], options: PoolOptions) {
    const { balance = 'round robin', keepalive = 32, protocol = 'http' } = options;
    this.#protocol = protocol;
    this.#upstream = `pool_${addresses.join('_').replace(/\W/g, '_')}`;
    this.#servers = `upstream ${this.#upstream} { ${balance === 'round robin' ? '' : `${balance};`} ${addresses
      .map((address) => `server ${address};`)
      .join(' ')} ${keepalive > 0 ? `keepalive ${keepalive};` : ''} }`;
    // Addresses that are no good are known now, not at the first request.
    this.location({});
  }

  /** The place of a configuration that forwards to this pool with these options, made once. */
  location(options: ForwardOptions): Location {
    const key = JSON.stringify(options);
    let location = this.#locations.get(key);
    if (location === undefined) {
      location = this.#build(options);
      this.#locations.set(key, location);
    }
    return location;
  }

  #build(options: ForwardOptions): Location {
    const configuration = buildText(
      `${this.#servers} server { listen 127.0.0.1:1; location / { ${this.#directives(options).join(' ')} ${options.directives ?? ''} } }`,
    );
    return configuration.listeners[0]!.at('').defaultServer.locations.find('/')!;
  }

  /** What makes a location forward to this pool. */
  #directives({ setHeaders = {}, parameters = {} }: ForwardOptions): string[] {
    const lines = (name: string, values: Readonly<Record<string, string>>) =>
      Object.entries(values).map(([key, value]) => `${name} ${key} "${value.replace(/["\\]/g, '\\$&')}";`);
    if (this.#protocol === 'http') {
      const headers = lines('proxy_set_header', { Connection: '', ...setHeaders });
      return [`proxy_pass http://${this.#upstream};`, 'proxy_http_version 1.1;', ...headers];
    }
    const changed = Object.entries(setHeaders).map(([name, value]) => [
      `HTTP_${name.toUpperCase().replaceAll('-', '_')}`,
      value,
    ]);
    const told = lines(`${this.#protocol}_param`, { ...parameters, ...Object.fromEntries(changed) });
    return [`${this.#protocol}_pass ${this.#upstream};`, ...told];
  }
}

/** Servers to forward to, as `host:port`. Throws a ConfigError when an address is no good. */
export function pool(addresses: readonly string[], options: PoolOptions = {}): Pool {
  return new Pool(addresses, options);
}

/**
 * Passes the request on, method, path, query, headers and body as they came, and the answer back. When no server of the
 * pool answers, the client gets 502 or 504.
 */
export function forward(exchange: Exchange, target: Pool, options: ForwardOptions = {}): void {
  const location = target.location(options);
  exchange.enter(location.configurations);
  const verdict = location.core.handler!(exchange);
  if (verdict !== AGAIN && verdict !== OK) exchange.fail(verdict);
}
