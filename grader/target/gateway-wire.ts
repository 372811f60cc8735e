import type { Socket } from 'node:net';
import { applicationRequest, gatewayAnswer, type Protocol, readGateway } from '../../labs/catalog-app/index.ts';
import { reasons, type Wire } from './wire.ts';

/** Bytes of one request, with its records; a body of 8 MiB has room in it. */
const mostBytes = 16 * 1024 * 1024;

/** An application that is asked by uwsgi or FastCGI. */
export function gatewayWire(protocol: Protocol, socket: Socket): Wire {
  let pieces: Buffer[] = [];
  let size = 0;
  return {
    push(bytes) {
      pieces.push(bytes);
      size += bytes.length;
      if (size > mostBytes) throw new Error('the request is larger than 16 MiB');
    },
    next() {
      const bytes = Buffer.concat(pieces);
      pieces = [bytes];
      const asked = readGateway(protocol, bytes);
      if (asked === undefined) return undefined;
      pieces = [bytes.subarray(asked.length)];
      size -= asked.length;
      const { headers, ...request } = applicationRequest(asked, socket.remoteAddress ?? '');
      return {
        request: {
          ...request,
          rawHeaders: headers as readonly string[],
          body: asked.body,
          parameters: asked.parameters,
        },
        answer(answer) {
          const reply = gatewayAnswer(protocol, asked, answer, reasons[answer.status] ?? 'Answer');
          if (asked.keep) socket.write(reply);
          else socket.end(reply);
        },
      };
    },
    // Programs behind these hang up without a word.
    refuse: () => socket.destroy(),
  };
}
