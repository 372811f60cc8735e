import type { Socket } from 'node:net';
import { HttpConnection } from './connection.ts';
import type { Connections } from './connections.ts';
import { whenBytesCome } from './first-bytes.ts';
import { acceptHttp2 } from './http2.ts';
import { speaksHttp2 } from './http2-settings.ts';
import type { Service } from './phases.ts';
import type { ProxyHeader } from './proxy-protocol.ts';

/** What a client that speaks HTTP/2 sends first (RFC 9113, 3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

const PROCESSING = 'processing HTTP/2 connection';

/**
 * Takes connections without TLS. Where HTTP/2 is spoken as well the first bytes tell what the client speaks; after
 * `listen ... http2` there is nothing else, as in nginx 1.22. `rest` has come already.
 */
export function acceptPlain(
  socket: Socket,
  service: Service,
  connections: Connections,
  proxyHeader?: ProxyHeader,
  rest?: Buffer,
): void {
  const { hosts } = service;
  if (!hosts.http2 && !speaksHttp2(hosts.defaultServer)) {
    const connection = new HttpConnection(socket, service, connections, false, proxyHeader);
    if (rest !== undefined && rest.length > 0) connection.receive(rest);
    return;
  }
  if (rest !== undefined && rest.length > 0) socket.unshift(rest);
  connections.handshaking.add(socket);
  socket.once('close', () => connections.handshaking.delete(socket));
  const look = (bytes: Buffer): void => {
    if (!bytes.subarray(0, PREFACE.length).equals(PREFACE.subarray(0, bytes.length))) {
      connections.handshaking.delete(socket);
      if (hosts.http2) {
        const client = socket.remoteAddress ?? 'unix:';
        service.logConnection('info', ++connections.count, client, `invalid connection preface while ${PROCESSING}`);
        socket.destroy();
      } else new HttpConnection(socket, service, connections, false, proxyHeader).receive(bytes);
    } else if (bytes.length < PREFACE.length) {
      whenBytesCome(socket, service, connections, PROCESSING, (more) => look(Buffer.concat([bytes, more])));
    } else {
      connections.handshaking.delete(socket);
      socket.unshift(bytes);
      acceptHttp2(socket, undefined, service, connections, proxyHeader);
    }
  };
  whenBytesCome(socket, service, connections, PROCESSING, look);
}
