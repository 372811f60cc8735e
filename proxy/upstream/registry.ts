import { ConfigError } from '../config/errors.ts';
import type { HostAndPort } from '../http/host-and-port.ts';
import type { ComplexValue, Module } from '../http/module.ts';
import type { SharedZone } from '../http/shared-zones.ts';
import { resolveNow } from './address.ts';
import type { Balancer, BalancerFactory } from './balancer.ts';
import { cacheActs } from './cache/cache-path.ts';
import { createPeers, type Peers, type ServerParameters } from './peer.ts';
import { Pool, type PoolLimits } from './pool.ts';
import { roundRobin } from './round-robin.ts';

/** What an `upstream` block (or the address of a `proxy_pass`) says, while the configuration is read. */
export interface UpstreamSettings {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** `undefined` for an address written in `proxy_pass` itself, resolved when all is read. */
  servers: ServerParameters[] | undefined;
  readonly where: HostAndPort | undefined;
  balancer: BalancerFactory;
  /** `hash`'s key. */
  key: ComplexValue | undefined;
  keepalive: PoolLimits;
  /** `zone`: all workers share the counters. */
  zone: SharedZone | undefined;
}

/** A group of servers, ready for requests. Its counters live as long as the configuration. */
export interface Upstream {
  readonly name: string;
  readonly balancer: Balancer;
  readonly key: ComplexValue | undefined;
  readonly pool: Pool;
  readonly peers: Peers;
  readonly zone: SharedZone | undefined;
}

export const NO_KEEPALIVE: PoolLimits = { connections: 0, requests: 1000, timeout: 60_000, time: 3_600_000 };

/** Puts a group together. */
export function createUpstream(settings: UpstreamSettings & { servers: readonly ServerParameters[] }): Upstream {
  const peers = createPeers(settings.name, settings.servers);
  return {
    name: settings.name,
    balancer: settings.balancer(peers),
    key: settings.key,
    pool: new Pool(settings.keepalive),
    peers,
    zone: settings.zone,
  };
}

/** A group of one server of default parameters, for an address that stands in `proxy_pass`. */
export function plainServer(name: string, addresses: ServerParameters['addresses']): ServerParameters {
  return {
    name,
    addresses,
    weight: 1,
    maxFails: 1,
    failTimeout: 10_000,
    maxConnections: 0,
    backup: false,
    down: false,
  };
}

/** All upstreams of a configuration, by name. Source: ngx_http_upstream_add, ngx_http_upstream_init_main_conf. */
export class UpstreamRegistry {
  readonly #settings = new Map<string, UpstreamSettings>();
  readonly #ready = new Map<string, Upstream>();

  /** An `upstream` block; `undefined` when the name is taken by an earlier one. Throws where it was named with a port before. */
  define(name: string, file: string, line: number): UpstreamSettings | undefined {
    const key = name.toLowerCase();
    if (this.#isGroup(key)) return undefined;
    for (const { where, file: itsFile, line: itsLine } of this.#settings.values()) {
      if (where?.portText === undefined || where.host.toLowerCase() !== key) continue;
      throw new ConfigError(`upstream "${name}" may not have port ${where.port}`, itsFile, itsLine);
    }
    const settings: UpstreamSettings = {
      name,
      file,
      line,
      servers: [],
      where: undefined,
      balancer: roundRobin,
      key: undefined,
      keepalive: NO_KEEPALIVE,
      zone: undefined,
    };
    this.#settings.set(key, settings);
    return settings;
  }

  #isGroup(key: string): boolean {
    return this.#settings.get(key)?.servers !== undefined;
  }

  /** Notes that a `proxy_pass` names this host: an `upstream` block that may follow, or an address. Returns the key to find it by. Throws for a block with a port. */
  refer(where: HostAndPort, name: string, file: string, line: number): string {
    const isGroup = where.path === undefined && this.#isGroup(where.host.toLowerCase());
    if (isGroup && where.portText !== undefined) {
      throw new ConfigError(`upstream "${where.host}" may not have port ${where.port}`, file, line);
    }
    const key = isGroup ? where.host.toLowerCase() : name.toLowerCase();
    if (!this.#settings.has(key)) {
      this.#settings.set(key, {
        name,
        file,
        line,
        servers: undefined,
        where,
        balancer: roundRobin,
        key: undefined,
        keepalive: NO_KEEPALIVE,
        zone: undefined,
      });
    }
    return key;
  }

  /** Resolves all names and makes the groups. Throws a ConfigError in nginx's words. */
  prepare(): void {
    for (const [key, settings] of this.#settings) {
      if (settings.servers !== undefined) {
        this.#ready.set(key, createUpstream({ ...settings, servers: settings.servers }));
        continue;
      }
      const where = settings.where!;
      // `http://name` written before its `upstream name { }`.
      if (where.portText === undefined && this.#settings.get(where.host.toLowerCase())?.servers !== undefined) continue;
      if (where.port === 0 && where.path === undefined) {
        throw new ConfigError(`no port in upstream "${where.host}"`, settings.file, settings.line);
      }
      const addresses = resolveNow(where);
      if (addresses === undefined) {
        throw new ConfigError(`host not found in upstream "${where.host}"`, settings.file, settings.line);
      }
      this.#ready.set(key, createUpstream({ ...settings, servers: [plainServer(settings.name, addresses)] }));
    }
    for (const [key, settings] of this.#settings) {
      const named = settings.where === undefined ? undefined : this.#ready.get(settings.where.host.toLowerCase());
      if (!this.#ready.has(key) && named !== undefined) this.#ready.set(key, named);
    }
  }

  find(name: string): Upstream | undefined {
    return this.#ready.get(name) ?? this.#ready.get(name.toLowerCase());
  }

  /** Closes all idle connections, and keeps none from now on. */
  close(): void {
    for (const upstream of this.#ready.values()) upstream.pool.close();
  }
}

/** The registry's place in a configuration; modules that read or use upstreams share it. */
export const upstreamRegistry: Module = {
  name: 'upstreams',
  alwaysAtWork: true,
  /** Several modules have caches; all of them ask upstreams. */
  zoneActs: cacheActs,
  directives: [],
  createMain: () => new UpstreamRegistry(),
  initMain: (registry: UpstreamRegistry) => registry.prepare(),
  retire: (registry: UpstreamRegistry) => registry.close(),
};
