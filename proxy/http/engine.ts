import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { systemPath } from '../config/index.ts';
import { acceptPlain } from './accept-plain.ts';
import { MOST_UNSENT } from './accepted-socket.ts';
import type { Configuration, CoreLocation, Listener, VirtualHosts } from './configuration.ts';
import { type Connections, newConnections } from './connections.ts';
import { core } from './core.ts';
import { Deadlines } from './deadlines.ts';
import { ErrorLogs } from './error-log.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { Configurations } from './module.ts';
import { Phases, type Service } from './phases.ts';
import { withoutProxyHeader } from './proxied-connection.ts';
import type { ProxyHeader } from './proxy-protocol.ts';
import { OwnTraffic, type TrafficKeeper } from './traffic.ts';
import { LocalZones, type ZoneKeeper } from './zone-keeper.ts';

/** Takes over an accepted connection of an `ssl` listener: the handshake, then HTTP/1.x or HTTP/2. */
export type AcceptSecure = (
  socket: Socket,
  service: Service,
  connections: Connections,
  proxyHeader?: ProxyHeader,
) => void;

export interface EngineOptions {
  readonly acceptSecure?: AcceptSecure | undefined;
  readonly errorLogs?: ErrorLogs;
  /** Who has the shared zones; this process when not given. */
  readonly zones?: ZoneKeeper | undefined;
  /** Where the connections of this process are counted, and whom requests ask for the counts of all processes; itself when not given. */
  readonly ownTraffic?: OwnTraffic | undefined;
  readonly traffic?: TrafficKeeper | undefined;
  /** Has what becomes of each request written down. */
  readonly traces?: Tracing | undefined;
}

/** The phases of a configuration with somebody who watches, and what he has seen. */
export type Tracing = (
  configuration: Configuration,
  coreOf: (configurations: Configurations) => CoreLocation,
) => { readonly phases: Phases } & NonNullable<Service['traces']>;

/** One built configuration at work: what a connection that came in at some address is served with. */
export class Engine {
  readonly configuration: Configuration;
  readonly connections: Connections = newConnections(new Deadlines());
  readonly errorLogs: ErrorLogs;
  readonly #phases: Phases;
  readonly #traces: ReturnType<Tracing> | undefined;
  readonly #zones: ZoneKeeper;
  readonly #ownTraffic: OwnTraffic;
  readonly #traffic: TrafficKeeper;
  /** Clients that may be connected at a time. */
  readonly #room: number;
  readonly #acceptSecure: AcceptSecure | undefined;
  readonly #services = new Map<VirtualHosts, Service>();
  readonly #listeners: ReadonlyMap<string, Listener>;

  constructor(configuration: Configuration, options: EngineOptions) {
    this.configuration = configuration;
    // Listening sockets and the channel to the master count, as they do in nginx.
    const { workerConnections, masterProcess } = configuration.process;
    this.#room = workerConnections - configuration.listeners.length - (masterProcess ? 1 : 0);
    this.#listeners = new Map(configuration.listeners.map((listener) => [listener.text, listener]));
    this.errorLogs = options.errorLogs ?? new ErrorLogs();
    const coreOf = (configurations: Configurations): CoreLocation => configurations.location.get(core) as CoreLocation;
    this.#traces = options.traces?.(configuration, coreOf);
    this.#phases = this.#traces?.phases ?? new Phases(configuration.modules, coreOf);
    this.#acceptSecure = options.acceptSecure;
    this.#zones = options.zones ?? new LocalZones(configuration);
    this.#ownTraffic = options.ownTraffic ?? new OwnTraffic();
    this.#ownTraffic.add(this.connections);
    this.#traffic = options.traffic ?? this.#ownTraffic;
    this.#tell('begin');
  }

  /** Serves a connection that was accepted at a listener. */
  accept(socket: Socket, listener: Listener): void {
    this.connections.accepted++;
    if (this.connections.open.size >= this.#room && !this.#makeRoom()) {
      const { workerConnections, errorLog } = this.configuration.process;
      this.errorLogs.write(errorLog, 'alert', undefined, `${workerConnections} worker_connections are not enough`);
      this.connections.refused++;
      socket.destroy();
      return;
    }
    // After a reload the socket still carries the listener it was opened for; what counts is what this configuration says.
    const current = this.#listeners.get(listener.text) ?? listener;
    const service = this.#service(current.at(localAddress(socket)));
    if (service.hosts.proxyProtocol) {
      this.#acceptProxied(socket, service);
    } else if (!service.hosts.ssl) {
      acceptPlain(socket, service, this.connections);
    } else if (this.#acceptSecure === undefined) {
      socket.destroy();
    } else {
      this.#acceptSecure(socket, service, this.connections);
    }
  }

  #acceptProxied(socket: Socket, service: Service): void {
    withoutProxyHeader(socket, service, this.connections, (header, rest) => {
      if (service.hosts.ssl) {
        socket.unshift(rest);
        this.#acceptSecure?.(socket, service, this.connections, header);
      } else {
        acceptPlain(socket, service, this.connections, header, rest);
      }
    });
  }

  /** Closes connections on which nothing is asked or answered, the oldest first; false when there are none. Source: ngx_drain_connections. */
  #makeRoom(): boolean {
    const idle = [...this.connections.open].filter(({ doing }) => doing === 'waiting');
    if (idle.length === 0) return false;
    const { workerConnections, errorLog } = this.configuration.process;
    const words = `${workerConnections} worker_connections are not enough, reusing connections`;
    this.errorLogs.write(errorLog, 'warn', undefined, words);
    for (const { socket } of idle.slice(0, Math.max(1, Math.min(32, idle.length >> 3)))) socket.destroy();
    return true;
  }

  #service(hosts: VirtualHosts): Service {
    let service = this.#services.get(hosts);
    if (service === undefined) {
      service = {
        hosts,
        phases: this.#phases,
        variable: (exchange, name) => this.configuration.variables.get(exchange, name),
        traffic: this.#traffic,
        zones: this.#zones,
        traces: this.#traces,
        logError: (exchange, level, message) => this.#logError(exchange, level, message),
        logConnection: (level, number, client, message) => {
          const line = `${message}, client: ${client}, server: ${hosts.text}`;
          this.errorLogs.write(
            this.#phases.planAt(hosts.defaultServer.configurations).core.errorLog,
            level,
            number,
            line,
          );
        },
      };
      this.#services.set(hosts, service);
    }
    return service;
  }

  #logError(exchange: HttpExchange, level: Parameters<Service['logError']>[1], message: string): void {
    exchange.trace?.tell({ step: 'log', says: message, level });
    const destinations = exchange.core.errorLog;
    if (destinations.length === 0) return;
    const { connection } = exchange;
    let line = `${message}, client: ${connection.remoteAddress}, server: ${exchange.virtualServer.core.name}`;
    if (exchange.requestLine !== '') line += `, request: "${exchange.requestLine}"`;
    if (exchange.parent !== undefined) line += `, subrequest: "${exchange.uri}"`;
    const host = exchange.header('host');
    const upstream = exchange.upstream?.url;
    if (upstream !== undefined) line += `, upstream: "${upstream}"`;
    if (host !== undefined) line += `, host: "${host}"`;
    const referer = exchange.header('referer');
    if (referer !== undefined) line += `, referrer: "${referer}"`;
    this.errorLogs.write(destinations, level, connection.number, line);
  }

  /** Answers what has begun, keeps no connection, and takes none. Resolves when the last one is closed. */
  async quit(): Promise<void> {
    this.#retire();
    for (const connection of this.connections.open) connection.quit();
    const { open, handshaking } = this.connections;
    // Node doesn't tell of clients that left in the middle of a handshake; they aren't waited for until it times out.
    const enough = performance.now() + HANDSHAKE_PATIENCE;
    while (open.size > 0 || (handshaking.size > 0 && performance.now() < enough))
      await new Promise((resolve) => setTimeout(resolve, 20));
    this.#ownTraffic.drop(this.connections);
  }

  /** Closes every connection at once. */
  stop(): void {
    this.#retire();
    for (const connection of this.connections.open) connection.socket.destroy();
    for (const socket of this.connections.handshaking) socket.destroy();
  }

  #retire(): void {
    this.connections.quitting = true;
    this.#tell('retire');
  }

  #tell(event: 'begin' | 'retire'): void {
    const main = this.configuration.http?.main;
    if (main !== undefined)
      for (const module of this.configuration.modules) module[event]?.(main.get(module), this.#zones);
  }
}

/** ms that a server which quits gives to handshakes that have begun. */
const HANDSHAKE_PATIENCE = 2_000;

/** An IPv4 client of an IPv6 socket came to an IPv4 address. */
function localAddress(socket: Socket): string {
  return (socket.localAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

/** Where a listener is to listen instead. */
export interface ListenAt {
  /** 0: any free port. */
  readonly port?: number;
  /** An open file that is bound already. */
  readonly fd?: number | undefined;
}

/**
 * Opens the socket of a listener. `engine` is asked at every connection, so that a reload changes what new ones get.
 * Rejects with what `listen` fails with (EADDRINUSE, EACCES ...).
 */
export function openListener(listener: Listener, engine: () => Engine, at: ListenAt = {}): Promise<Server> {
  const { keepAlive } = listener;
  const asking = keepAlive === undefined ? {} : { keepAlive: true, keepAliveInitialDelay: keepAlive };
  const server = createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    highWaterMark: MOST_UNSENT,
    noDelay: true,
    ...asking,
  });
  server.on('connection', (socket) => engine().accept(socket, listener));
  const { promise, resolve, reject } = Promise.withResolvers<Server>();
  server.once('error', reject);
  server.listen(placeOf(listener, at), () => {
    server.removeListener('error', reject);
    server.on('error', () => undefined);
    resolve(server);
  });
  return promise;
}

function placeOf({ address, port, unix, backlog, ipv6only, reuseport }: Listener, at: ListenAt): ListenOptions {
  if (at.fd !== undefined) return { fd: at.fd, backlog } as ListenOptions;
  if (unix) return { path: systemPath(address), backlog, readableAll: true, writableAll: true };
  const reuse = reuseport ? { reusePort: true } : {};
  return { host: address, port: at.port ?? port, backlog, ipv6Only: ipv6only, ...reuse };
}
