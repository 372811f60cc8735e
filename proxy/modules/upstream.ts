import { type Directive, number, parseSeconds, parseSize, time } from '../config/index.ts';
import type { Exchange } from '../http/exchange.ts';
import { parseHostAndPort } from '../http/host-and-port.ts';
import type { Build, Module } from '../http/module.ts';
import { resolveNow } from '../upstream/address.ts';
import type { BalancerFactory } from '../upstream/balancer.ts';
import { consistentHash, hash } from '../upstream/hash.ts';
import { ipHash } from '../upstream/ip-hash.ts';
import { leastConn } from '../upstream/least-conn.ts';
import type { ServerParameters } from '../upstream/peer.ts';
import { random } from '../upstream/random.ts';
import { type UpstreamRegistry, type UpstreamSettings, upstreamRegistry } from '../upstream/registry.ts';
import { PeerZone, upstreamActs } from '../upstream/shared-selection.ts';

/** An `upstream` block while it is read. */
interface UpstreamBlock {
  settings: UpstreamSettings | undefined;
  /** A balancing method was named; the limits of `keepalive` may come before or after. */
  method: string | undefined;
  keepalive: { connections: number; requests: number; timeout: number; time: number };
}

/**
 * Groups of servers and how requests are shared out among them. Sources: ngx_http_upstream.c,
 * ngx_http_upstream_{least_conn,ip_hash,hash,random,keepalive,zone}_module.c.
 */
export const upstream: Module = {
  name: 'ngx_http_upstream_module',
  zoneActs: upstreamActs,
  createServer: (): UpstreamBlock => ({
    settings: undefined,
    method: undefined,
    keepalive: { connections: 0, requests: 1000, timeout: 60_000, time: 3_600_000 },
  }),
  directives: [
    { name: 'upstream', contexts: ['http'], arguments: 1, block: true, level: 'server', set: setUpstream },
    {
      name: 'server',
      contexts: ['upstream'],
      arguments: [1, Number.POSITIVE_INFINITY],
      level: 'server',
      set: setServer,
    },
    { name: 'least_conn', contexts: ['upstream'], arguments: 0, level: 'server', set: method(() => leastConn) },
    { name: 'ip_hash', contexts: ['upstream'], arguments: 0, level: 'server', set: method(() => ipHash) },
    { name: 'hash', contexts: ['upstream'], arguments: [1, 2], level: 'server', set: method(hashMethod) },
    { name: 'random', contexts: ['upstream'], arguments: [0, 2], level: 'server', set: method(randomMethod) },
    { name: 'keepalive', contexts: ['upstream'], arguments: 1, level: 'server', set: setKeepalive },
    {
      name: 'keepalive_requests',
      contexts: ['upstream'],
      arguments: 1,
      level: 'server',
      set: (block: UpstreamBlock, directive) => {
        block.keepalive.requests = number(directive);
      },
    },
    {
      name: 'keepalive_timeout',
      contexts: ['upstream'],
      arguments: 1,
      level: 'server',
      set: (block: UpstreamBlock, directive) => {
        block.keepalive.timeout = time(directive);
      },
    },
    {
      name: 'keepalive_time',
      contexts: ['upstream'],
      arguments: 1,
      level: 'server',
      set: (block: UpstreamBlock, directive) => {
        block.keepalive.time = time(directive);
      },
    },
    { name: 'zone', contexts: ['upstream'], arguments: [1, 2], level: 'server', set: setZone },
  ],
  variables: {
    upstream_http_: (exchange, rest) => headersOf(exchange, rest.replaceAll('_', '-'))[0],
    upstream_cookie_: (exchange, rest) => {
      for (const header of headersOf(exchange, 'set-cookie')) {
        const [, name, value] = /^\s*([^=;]*)=([^;]*)/.exec(header) ?? [];
        if (name?.toLowerCase() === rest) return value;
      }
      return undefined;
    },
    upstream_cache_status: (exchange) => exchange.cacheFacts?.status,
    upstream_cache_last_modified: cacheTime,
    upstream_cache_etag: (exchange) => exchange.cacheFacts?.etag || undefined,
    upstream_addr: (exchange) => listed(exchange, (facts) => facts.addresses),
    upstream_status: (exchange) =>
      listed(exchange, (facts) => facts.statuses.map((status) => (status > 0 ? String(status) : '-'))),
    upstream_response_time: (exchange) => listed(exchange, (facts) => facts.responseTimes.map(seconds)),
    upstream_connect_time: (exchange) => listed(exchange, (facts) => facts.connectTimes.map(seconds)),
    upstream_header_time: (exchange) => listed(exchange, (facts) => facts.headerTimes.map(seconds)),
    upstream_bytes_received: (exchange) =>
      listed(exchange, ({ bytes }) => bytes.map(({ received }) => String(received))),
    upstream_bytes_sent: (exchange) => listed(exchange, ({ bytes }) => bytes.map(({ sent }) => String(sent))),
    upstream_response_length: (exchange) => listed(exchange, ({ bytes }) => bytes.map(({ body }) => String(body))),
    // Trailers of upstreams aren't read, as in nginx but for gRPC.
    upstream_trailer_: () => undefined,
  },
};

/** The cache notes seconds since 1970; few formats ask for the date. */
function cacheTime(exchange: Exchange): string | undefined {
  const { lastModified = -1 } = exchange.cacheFacts ?? {};
  return lastModified < 0 ? undefined : new Date(lastModified * 1000).toUTCString();
}

/** The values of one header of the upstream's answer. */
function headersOf(exchange: Exchange, name: string): string[] {
  const headers = exchange.upstream?.headers ?? [];
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1]!.toLowerCase() === name);
}

const seconds = (value: number): string => (value < 0 ? '-' : value.toFixed(3));

/** Attempts are separated by commas, requests to other upstreams after an internal redirect by colons. */
function joined(values: readonly string[], redirects: readonly number[]): string {
  if (redirects.length === 0) return values.join(', ');
  const groups = [0, ...redirects].map((start, i) => values.slice(start, redirects[i] ?? values.length).join(', '));
  return groups.join(' : ');
}

function listed(
  exchange: Exchange,
  of: (facts: NonNullable<Exchange['upstream']>) => readonly string[],
): string | undefined {
  const facts = exchange.upstream;
  return facts === undefined || facts.addresses.length === 0 ? undefined : joined(of(facts), facts.redirects);
}

function setUpstream(_outer: UpstreamBlock, directive: Directive, build: Build): void {
  const name = directive.words[0]!.text;
  const registry = build.configuration<UpstreamRegistry>(upstreamRegistry, 'main');
  const settings = registry.define(name, directive.file, directive.line);
  if (settings === undefined) build.fail(`duplicate upstream "${name}"`);
  let block: UpstreamBlock | undefined;
  build.open(directive, 'upstream', ['server'], (configurations) => {
    block = configurations.server.get(upstream) as UpstreamBlock;
    block.settings = settings;
  });
  settings.keepalive = block!.keepalive;
  if (settings.servers!.length === 0) build.fail('no servers are inside upstream');
  if (settings.servers!.every((server) => server.backup)) {
    build.fail(`no servers in upstream "${name}"`);
  }
}

function setServer(block: UpstreamBlock, directive: Directive, build: Build): void {
  const name = directive.words[0]!.text;
  const server = {
    name,
    weight: 1,
    maxFails: 1,
    failTimeout: 10_000,
    maxConnections: 0,
    backup: false,
    down: false,
  };
  for (const { text } of directive.words.slice(1)) {
    if (!readParameter(server, text, block, build)) build.fail(`invalid parameter "${text}"`);
  }
  const where = parseHostAndPort(name, 80);
  if (where.problem !== undefined) build.fail(`${where.problem} in upstream "${name}"`);
  const addresses = resolveNow(where);
  if (addresses === undefined) build.fail(`host not found in upstream "${name}"`);
  block.settings!.servers!.push({ ...server, addresses });
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads one parameter of a `server` line; false when it is none. */
function readParameter(
  server: Mutable<Omit<ServerParameters, 'addresses'>>,
  text: string,
  block: UpstreamBlock,
  build: Build,
): boolean {
  if (text === 'down') {
    server.down = true;
    return true;
  }
  if (text === 'backup') {
    if (block.method !== undefined && block.method !== 'least_conn') {
      build.fail(`balancing method does not support parameter "${text}"`);
    }
    server.backup = true;
    return true;
  }
  const [, name, value] = /^(weight|max_fails|fail_timeout|max_conns)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) return false;
  if (name === 'fail_timeout') {
    const parsed = parseSeconds(value);
    if (parsed === undefined) return false;
    server.failTimeout = Math.floor(parsed / 1000) * 1000;
    return true;
  }
  if (!/^\d{1,9}$/.test(value) || (name === 'weight' && Number(value) === 0)) return false;
  if (name === 'weight') server.weight = Number(value);
  else if (name === 'max_fails') server.maxFails = Number(value);
  else server.maxConnections = Number(value);
  return true;
}

function method(choose: (block: UpstreamBlock, directive: Directive, build: Build) => BalancerFactory) {
  return (block: UpstreamBlock, directive: Directive, build: Build): void => {
    const settings = block.settings!;
    if (block.method !== undefined || block.keepalive.connections > 0) build.warn('load balancing method redefined');
    const factory = choose(block, directive, build);
    settings.balancer = factory;
    block.method = directive.name;
  };
}

function hashMethod(block: UpstreamBlock, directive: Directive, build: Build): BalancerFactory {
  const [key, kind] = directive.words;
  if (kind !== undefined && kind.text !== 'consistent') build.fail(`invalid parameter "${kind.text}"`);
  block.settings!.key = build.value(key!.text);
  return kind === undefined ? hash : consistentHash;
}

function randomMethod(_block: UpstreamBlock, directive: Directive, build: Build): BalancerFactory {
  const [two, how] = directive.words;
  if (two !== undefined && two.text !== 'two') build.fail(`invalid parameter "${two.text}"`);
  if (how !== undefined && how.text !== 'least_conn') build.fail(`invalid parameter "${how.text}"`);
  return random(two !== undefined);
}

function setKeepalive(block: UpstreamBlock, directive: Directive, build: Build): void {
  if (block.keepalive.connections > 0) build.fail('"keepalive" directive is duplicate');
  const { text } = directive.words[0]!;
  const connections = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (connections === 0) build.fail(`invalid value "${text}" in "keepalive" directive`);
  block.keepalive.connections = connections;
}

/** `zone name [size]`: several groups may share one. Source: ngx_http_upstream_zone. */
function setZone(block: UpstreamBlock, directive: Directive, build: Build): void {
  const [name, size] = directive.words;
  if (name!.text === '') build.fail(`invalid zone name "${name!.text}"`);
  const bytes = size === undefined ? 0 : parseSize(size.text);
  if (bytes === undefined) throw build.fail(`invalid zone size "${size!.text}"`);
  if (size !== undefined && bytes < 8 * 4096) build.fail(`zone "${name!.text}" is too small`);
  const zone = build.zone(name!.text, bytes, ZONE_OWNER);
  zone.contents ??= new PeerZone();
  block.settings!.zone = zone;
}

const ZONE_OWNER = 'ngx_http_upstream_zone_module';
