import type { Socket } from 'node:net';
import { type ApplicationAnswer, converse, webSocketKey } from '../../labs/catalog-app/index.ts';
import { headerOf, type ReadRequest, RequestReader } from './request-reader.ts';
import { reasons, type Wire } from './wire.ts';

/** An application that is asked by HTTP. */
export function httpWire(socket: Socket): Wire {
  const reader = new RequestReader();
  return {
    push: (bytes) => reader.push(bytes),
    next() {
      const request = reader.next(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'));
      if (request === undefined) return undefined;
      const key = webSocketKey(request.version, (name) => headerOf(request.rawHeaders, name));
      return {
        request: { ...request, remoteAddress: socket.remoteAddress ?? '' },
        answer: (answer) => send(request, socket, answer),
        ...(key !== undefined && {
          converse(headers, say) {
            socket.removeAllListeners('data');
            converse(socket, key, headers, say);
          },
        }),
      };
    },
    refuse: () => socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
  };
}

/** Writes one answer, and closes the connection when the request asked for it (RFC 9112, section 9.3). */
function send(request: ReadRequest, socket: Socket, { status, headers, body }: ApplicationAnswer): void {
  const wish = headerOf(request.rawHeaders, 'connection')?.toLowerCase() ?? '';
  const keep = request.version === 'HTTP/1.1' ? !wish.includes('close') : wish.includes('keep-alive');
  const bodiless = status === 204 || status === 304;
  const lines = [`HTTP/1.1 ${status} ${reasons[status] ?? 'Answer'}`, `Date: ${new Date().toUTCString()}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (!bodiless) lines.push(`Content-Length: ${body.length}`);
  lines.push(`Connection: ${keep ? 'keep-alive' : 'close'}`, '', '');
  const head = Buffer.from(lines.join('\r\n'));
  const bytes = bodiless || request.method === 'HEAD' ? head : Buffer.concat([head, body]);
  if (keep) socket.write(bytes);
  else socket.end(bytes);
}
