import { createServer, type Socket } from 'node:net';
import { type Application, bodyLimit, type RunningApplication } from './application.ts';
import { applicationRequest, gatewayAnswer, type Protocol, readGateway } from './gateway-messages.ts';

/** Serves an application by uwsgi or FastCGI. Rejects when the port is taken. */
export async function serveGateway(
  application: Application,
  protocol: Protocol,
  port: number,
  host: string,
): Promise<RunningApplication> {
  // Imported here, as in serve.ts: for its words for statuses alone.
  const { STATUS_CODES } = await import('node:http');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (more: Buffer) => {
      bytes = Buffer.concat([bytes, more]);
      // Twice the limit holds every body that may be answered, in its records too.
      if (bytes.length > 2 * bodyLimit) return void socket.destroy();
      try {
        for (;;) {
          const request = readGateway(protocol, bytes);
          if (request === undefined) return;
          bytes = bytes.subarray(request.length);
          const answer = application.handle(applicationRequest(request, socket.remoteAddress ?? ''));
          socket.write(gatewayAnswer(protocol, request, answer, STATUS_CODES[answer.status] ?? ''));
          if (!request.keep) return void socket.end();
        }
      } catch {
        // Another protocol, HTTP above all: programs behind these hang up without a word, too.
        socket.destroy();
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as { port: number }).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
