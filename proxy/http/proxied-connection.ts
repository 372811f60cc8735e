import type { Socket } from 'node:net';
import type { Connections } from './connections.ts';
import { whenBytesCome } from './first-bytes.ts';
import type { Service } from './phases.ts';
import { type ProxyHeader, readProxyHeader } from './proxy-protocol.ts';

/** Bytes that nginx looks at before a handshake: the longest line of version 1, and one more. */
const BEFORE_HANDSHAKE = 108;
const DOING = 'reading PROXY protocol';

/**
 * Takes the PROXY protocol's header off a connection of `listen ... proxy_protocol`; what came behind it is the beginning of
 * what `then` serves. A header that is broken ends the connection. Source: ngx_http_wait_request_handler.
 */
export function withoutProxyHeader(
  socket: Socket,
  service: Service,
  connections: Connections,
  then: (header: ProxyHeader | undefined, rest: Buffer) => void,
): void {
  const { ssl, defaultServer } = service.hosts;
  whenBytesCome(socket, service, connections, DOING, (first) => {
    const seen = first.subarray(0, ssl ? BEFORE_HANDSHAKE : defaultServer.core.clientHeaderBufferSize);
    const read = readProxyHeader(seen);
    if ('length' in read) {
      then(read.header, first.subarray(read.length));
      return;
    }
    if (read.problem !== '') {
      service.logConnection(
        'error',
        ++connections.count,
        socket.remoteAddress ?? 'unix:',
        `${read.problem} while ${DOING}`,
      );
    }
    socket.destroy();
  });
}
