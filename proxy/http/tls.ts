import type { Socket } from 'node:net';
import type { SecureContextOptions, Server, TLSSocket } from 'node:tls';
import { socketUnder } from './accepted-socket.ts';
import { serverNameOf } from './client-hello.ts';
import type { VirtualServer } from './configuration.ts';
import { HttpConnection } from './connection.ts';
import type { Connections } from './connections.ts';
import type { AcceptSecure } from './engine.ts';
import { whenBytesCome } from './first-bytes.ts';
import { acceptHttp2 } from './http2.ts';
import { speaksHttp2 } from './http2-settings.ts';
import { onDemand } from './on-demand.ts';
import type { Service } from './phases.ts';
import type { ProxyHeader } from './proxy-protocol.ts';

/** How a server does TLS. */
export interface TlsOfServer {
  readonly credentials: SecureContextOptions;
  readonly requestCertificate: boolean;
  /** Milliseconds. */
  readonly sessionTimeout: number;
  readonly keepsSessions: boolean;
  /** An OCSP response, for clients that ask for one. */
  readonly staple: Buffer | undefined;
}

/** The TLS of a server; `undefined` when it has no certificate, and that of the default server holds. */
export type TlsOf = (server: VirtualServer) => TlsOfServer | 'rejects' | undefined;

/** The first byte of a TLS record that carries a handshake, and of an SSLv2 one. */
const HANDSHAKE = 22;
const SSLV2 = 128;
/** Bytes of a client's first message; one that is longer is OpenSSL's to refuse. */
const MOST_HELLO = 32_768;
/** A fatal alert, `unrecognized_name`. */
const UNRECOGNIZED_NAME = Buffer.from([21, 3, 1, 0, 2, 2, 112]);

/**
 * Takes connections of `listen ... ssl`. The name that the client asks for (SNI) is read before OpenSSL sees anything, so that
 * all settings are those of the server of that name: what a context is changed for in the middle of a handshake leaves Node
 * with the ciphers of the first one. The protocol is chosen by ALPN; who speaks plain HTTP instead gets nginx's 400.
 * Source: ngx_http_ssl_handshake, ngx_http_ssl_servername.
 */
export function createAcceptSecure(tlsOf: TlsOf): AcceptSecure {
  const servers = new WeakMap<Service, Map<VirtualServer, Server>>();
  const proxyHeaders = new WeakMap<Socket, ProxyHeader>();
  const serverFor = (chosen: VirtualServer, tls: TlsOfServer, service: Service, connections: Connections): Server => {
    const known = servers.get(service) ?? new Map<VirtualServer, Server>();
    servers.set(service, known);
    let server = known.get(chosen);
    if (server === undefined) {
      const first = tlsOf(service.hosts.defaultServer);
      const credentials = typeof first === 'object' ? afterHello(first.credentials, tls.credentials) : tls.credentials;
      const http2 = service.hosts.http2 || speaksHttp2(chosen);
      server = createTlsServer({ ...tls, credentials }, http2, service, connections, proxyHeaders);
      known.set(chosen, server);
    }
    return server;
  };
  return (socket, service, connections, proxyHeader) => {
    const { hosts } = service;
    if (proxyHeader !== undefined) proxyHeaders.set(socket, proxyHeader);
    connections.handshaking.add(socket);
    socket.once('close', () => connections.handshaking.delete(socket));
    const look = (bytes: Buffer): void => {
      const first = bytes[0]!;
      if (first !== HANDSHAKE && (first & SSLV2) === 0) {
        connections.handshaking.delete(socket);
        new HttpConnection(socket, service, connections, false, proxyHeader).receive(bytes);
        return;
      }
      const name = hosts.servers.length === 1 || first !== HANDSHAKE ? '' : serverNameOf(bytes);
      if (name === undefined && bytes.length < MOST_HELLO) {
        whenBytesCome(socket, service, connections, HANDSHAKING, (more) => look(Buffer.concat([bytes, more])));
        return;
      }
      const asked = name === undefined || name === '' ? hosts.defaultServer : hosts.find(name.toLowerCase());
      const chosen = tlsOf(asked) === undefined ? hosts.defaultServer : asked;
      const tls = tlsOf(chosen);
      if (tls === undefined || tls === 'rejects') {
        service.logConnection(
          'info',
          ++connections.count,
          socket.remoteAddress ?? 'unix:',
          `handshake rejected while ${HANDSHAKING}`,
        );
        socket.end(UNRECOGNIZED_NAME);
        return;
      }
      socket.unshift(bytes);
      serverFor(chosen, tls, service, connections).emit('connection', socket);
    };
    whenBytesCome(socket, service, connections, HANDSHAKING, look);
  };
}

const HANDSHAKING = 'SSL handshaking';

/**
 * What of a server's own settings is left when its name becomes known: OpenSSL has chosen the protocol by then, and in TLS 1.3
 * the cipher, as the first server of the address has them.
 */
function afterHello(first: SecureContextOptions, own: SecureContextOptions): SecureContextOptions {
  const { minVersion, maxVersion } = first;
  const ciphers = [...ciphersOf(first).suites, ...ciphersOf(own).others].join(':');
  return { ...own, minVersion, maxVersion, ciphers };
}

/** The cipher suites of TLS 1.3 in a list, and the rest. */
function ciphersOf({ ciphers = '' }: SecureContextOptions): { suites: string[]; others: string[] } {
  const names = ciphers.split(':');
  return {
    suites: names.filter((name) => name.startsWith('TLS_')),
    others: names.filter((name) => !name.startsWith('TLS_')),
  };
}

function createTlsServer(
  { credentials, requestCertificate, sessionTimeout, keepsSessions, staple }: TlsOfServer,
  http2: boolean,
  service: Service,
  connections: Connections,
  proxyHeaders: WeakMap<Socket, ProxyHeader>,
): Server {
  const { hosts } = service;
  const server = onDemand.tls.createServer({
    ...credentials,
    ALPNProtocols: http2 ? ['h2', 'http/1.1', 'http/1.0'] : ['http/1.1', 'http/1.0'],
    requestCert: requestCertificate,
    rejectUnauthorized: false,
    sessionTimeout: sessionTimeout / 1000,
    handshakeTimeout: hosts.defaultServer.core.clientHeaderTimeout,
  });
  if (keepsSessions) keepSessions(server);
  if (staple !== undefined) {
    server.on('OCSPRequest', (_certificate, _issuer, answer: (error: Error | null, response: Buffer) => void) =>
      answer(null, staple),
    );
  }
  server.on('tlsClientError', (error, socket) => {
    const words = handshakeFailure(error);
    const client = socket.remoteAddress ?? '';
    if (words !== undefined) service.logConnection('info', ++connections.count, client, words);
    const under = socketUnder(socket);
    if (under !== undefined) connections.handshaking.delete(under);
    socket.destroy();
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    const under = socketUnder(socket);
    // From here on the connection stands among those that speak HTTP.
    if (under !== undefined) connections.handshaking.delete(under);
    const proxyHeader = under === undefined ? undefined : proxyHeaders.get(under);
    if (socket.alpnProtocol === 'h2') acceptHttp2(socket, socket, service, connections, proxyHeader);
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
