import type { Socket } from 'node:net';
import type { SecureContext, SecureContextOptions, Server, TLSSocket } from 'node:tls';
import { socketUnder } from './accepted-socket.ts';
import type { VirtualHosts, VirtualServer } from './configuration.ts';
import { HttpConnection } from './connection.ts';
import type { Connections } from './connections.ts';
import type { AcceptSecure } from './engine.ts';
import { whenBytesCome } from './first-bytes.ts';
import { acceptHttp2 } from './http2.ts';
import { onDemand } from './on-demand.ts';
import type { Service } from './phases.ts';
import type { ProxyHeader } from './proxy-protocol.ts';

/** How the servers of one address do TLS. */
export interface TlsOfServers {
  /** `undefined` when the server has no certificate: the default server's then serves. */
  contextOf(server: VirtualServer): SecureContext | undefined;
  /** The default server's credentials, for clients that name no server. */
  credentialsOf(server: VirtualServer): SecureContextOptions;
  /** What holds for the whole address is what its default server says. */
  optionsOf(server: VirtualServer): {
    readonly requestCertificate: boolean;
    /** Milliseconds. */
    readonly sessionTimeout: number;
    readonly keepsSessions: boolean;
  };
}

/** The first byte of a TLS record that carries a handshake, and of an SSLv2 one. */
const HANDSHAKE = 22;
const SSLV2 = 128;

/**
 * Takes connections of `listen ... ssl`: the certificate is chosen by the name the client asks for (SNI), the protocol
 * by ALPN; who speaks plain HTTP instead gets nginx's 400. Source: ngx_http_ssl_handshake.
 */
export function createAcceptSecure(tls: TlsOfServers): AcceptSecure {
  const servers = new WeakMap<Service, Server>();
  const proxyHeaders = new WeakMap<Socket, ProxyHeader>();
  return (socket, service, connections, proxyHeader) => {
    let server = servers.get(service);
    if (server === undefined) {
      server = createTlsServer(tls, service, connections, proxyHeaders);
      servers.set(service, server);
    }
    if (proxyHeader !== undefined) proxyHeaders.set(socket, proxyHeader);
    whenBytesCome(
      socket,
      service,
      () => ++connections.count,
      'SSL handshaking',
      (first) => {
        if (first[0] === HANDSHAKE || (first[0]! & SSLV2) !== 0) {
          socket.unshift(first);
          server.emit('connection', socket);
        } else {
          new HttpConnection(socket, service, connections, false, proxyHeader).receive(first);
        }
      },
    );
  };
}

function createTlsServer(
  tls: TlsOfServers,
  service: Service,
  connections: Connections,
  proxyHeaders: WeakMap<Socket, ProxyHeader>,
): Server {
  const { hosts } = service;
  const fallback = tls.contextOf(hosts.defaultServer);
  const { sessionTimeout, keepsSessions } = tls.optionsOf(hosts.defaultServer);
  // A handshake asks for a certificate, or doesn't, before the name of the server is known.
  const requestCertificate = hosts.servers.some((one) => tls.optionsOf(one).requestCertificate);
  const server = onDemand.tls.createServer({
    ...tls.credentialsOf(hosts.defaultServer),
    SNICallback: (name, done) => done(null, contextFor(tls, hosts, name) ?? fallback),
    ALPNProtocols: hosts.http2 ? ['h2', 'http/1.1', 'http/1.0'] : ['http/1.1', 'http/1.0'],
    requestCert: requestCertificate,
    rejectUnauthorized: false,
    sessionTimeout: sessionTimeout / 1000,
    handshakeTimeout: hosts.defaultServer.core.clientHeaderTimeout,
  });
  if (keepsSessions) keepSessions(server);
  server.on('tlsClientError', (error, socket) => {
    const words = handshakeFailure(error);
    const client = socket.remoteAddress ?? '';
    if (words !== undefined) service.logConnection('info', ++connections.count, client, words);
    socket.destroy();
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    const under = hosts.proxyProtocol ? socketUnder(socket) : undefined;
    const proxyHeader = under === undefined ? undefined : proxyHeaders.get(under);
    if (socket.alpnProtocol === 'h2') acceptHttp2(socket, service, connections, proxyHeader);
    else new HttpConnection(socket, service, connections, true, proxyHeader);
  });
  return server;
}

/** OpenSSL's own line without the names of its functions and files, as nginx logs it; `undefined` for a client that just went. */
function handshakeFailure({ message }: Error): string | undefined {
  const match = /error:([0-9A-F]{8}):([^:]*):[^:]*:([^:]*)/.exec(message);
  if (match === null) return undefined;
  return `SSL_do_handshake() failed (SSL: error:${match[1]}:${match[2]}::${match[3]}) while SSL handshaking`;
}

/** As many as nginx keeps in a megabyte. */
const MOST_SESSIONS = 4000;

/** `ssl_session_cache`: for clients that take no tickets. OpenSSL itself drops a session that is too old. */
function keepSessions(server: Server): void {
  const sessions = new Map<string, Buffer>();
  server.on('newSession', (id: Buffer, session: Buffer, done: () => void) => {
    const [oldest] = sessions.keys();
    if (sessions.size >= MOST_SESSIONS && oldest !== undefined) sessions.delete(oldest);
    sessions.set(id.toString('latin1'), session);
    done();
  });
  server.on('resumeSession', (id: Buffer, done: (error: Error | null, session: Buffer | null) => void) => {
    done(null, sessions.get(id.toString('latin1')) ?? null);
  });
}

function contextFor(tls: TlsOfServers, hosts: VirtualHosts, name: string): SecureContext | undefined {
  return tls.contextOf(hosts.find(name.toLowerCase()));
}
