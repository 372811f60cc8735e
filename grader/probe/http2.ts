import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Response } from '../lab.ts';
import { explain } from './connection.ts';
import { createResponse } from './response.ts';
import { bodyLimit, type ReadResponse } from './response-reader.ts';
import type { Translation } from './translation.ts';

const timeLimit = 5000;

/** One GET over HTTP/2 (RFC 9113), agreed on by ALPN. Status 0 when the server doesn't speak it. */
export async function requestOverHttp2(
  connect: () => Promise<Socket>,
  path: string,
  host: string,
  curl: string,
  translation: Translation,
): Promise<Response> {
  const request = {
    method: 'GET',
    path,
    url: `https://${host}${path}`,
    curl: curl.replace('curl ', 'curl --http2 '),
    head: `:method: GET\n:scheme: https\n:authority: ${host}\n:path: ${path}\n`,
  };
  const began = performance.now();
  const answer = await ask(connect, path, host).catch((error: Error) => explain(error));
  return createResponse(request, answer, { began, sentAt: began, answeredAt: performance.now() }, translation);
}

async function ask(connect: () => Promise<Socket>, path: string, host: string): Promise<ReadResponse> {
  const socket = (await connect()) as TLSSocket;
  if (socket.alpnProtocol !== 'h2') {
    socket.destroy();
    throw new Error('the server did not choose HTTP/2 (ALPN h2)');
  }
  const { connect: connectHttp2 } = await import('node:http2');
  const session = connectHttp2(`https://${host}`, { createConnection: () => socket });
  try {
    return await new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`no answer over HTTP/2 within ${timeLimit / 1000} s`)), timeLimit).unref();
      session.on('error', reject);
      const stream = session.request({ ':path': path, ':authority': host, 'user-agent': 'nginx-workbook' });
      const pieces: Buffer[] = [];
      let size = 0;
      let status = 0;
      let rawHeaders: string[] = [];
      stream.on('response', (headers) => {
        status = Number(headers[':status'] ?? 0);
        rawHeaders = Object.entries(headers)
          .filter(([name]) => !name.startsWith(':'))
          .flatMap(([name, value]) => [value].flat().flatMap((one) => [name, String(one)]));
      });
      stream.on('data', (piece: Buffer) => {
        pieces.push(piece);
        size += piece.length;
        if (size > bodyLimit) reject(new Error('a body larger than 16 MiB'));
      });
      stream.on('error', reject);
      stream.on('end', () =>
        resolve({ status, httpVersion: '2', rawHeaders, body: Buffer.concat(pieces), reusable: false }),
      );
    });
  } finally {
    session.destroy();
  }
}
