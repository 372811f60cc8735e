import { createServer, type Socket } from 'node:net';
import { type Application, type ApplicationAnswer, bodyLimit, type RunningApplication } from './application.ts';
import { fastcgiAnswer, readFastcgi } from './fastcgi.ts';
import type { GatewayRequest } from './gateway-request.ts';
import { readUwsgi } from './uwsgi.ts';

/** The protocols beside HTTP by which an application may be asked. */
export type Protocol = 'uwsgi' | 'fastcgi';

/** Serves an application by uwsgi or FastCGI. Rejects when the port is taken. */
export async function serveGateway(
  application: Application,
  protocol: Protocol,
  port: number,
  host: string,
): Promise<RunningApplication> {
  // Imported here, as in serve.ts: for its words for statuses alone.
  const { STATUS_CODES } = await import('node:http');
  const read = protocol === 'uwsgi' ? readUwsgi : readFastcgi;
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
      for (let request = read(bytes); request !== undefined; request = read(bytes)) {
        bytes = bytes.subarray(request.length);
        const answer = answerTo(application, request, socket, STATUS_CODES);
        socket.write(protocol === 'uwsgi' ? answer : fastcgiAnswer(answer, request.id));
        if (!request.keep) return void socket.end();
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

/** The answer as CGI programs write it, with its status in a header (RFC 3875, 6). */
function answerTo(
  application: Application,
  request: GatewayRequest,
  socket: Socket,
  words: Readonly<Record<number, string | undefined>>,
): Buffer {
  const { parameters, body } = request;
  const method = parameters.get('REQUEST_METHOD') ?? 'GET';
  const answer = application.handle({
    method,
    target: targetOf(parameters),
    headers: headersOf(parameters),
    body,
    remoteAddress: parameters.get('REMOTE_ADDR') ?? socket.remoteAddress ?? '',
  });
  const head = Buffer.from(headOf(answer, words[answer.status] ?? ''), 'latin1');
  return method === 'HEAD' ? head : Buffer.concat([head, answer.body]);
}

function headOf({ status, headers, body }: ApplicationAnswer, words: string): string {
  const lines = Object.entries({ ...headers, 'Content-Length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return [`Status: ${status} ${words}`, ...lines, '', ''].join('\r\n');
}

/** What the client asked for; a server that doesn't pass it on as it came passes path and query apart. */
function targetOf(parameters: ReadonlyMap<string, string>): string {
  const whole = parameters.get('REQUEST_URI');
  if (whole !== undefined && whole !== '') return whole;
  const path = parameters.get('PATH_INFO') ?? parameters.get('DOCUMENT_URI') ?? parameters.get('SCRIPT_NAME') ?? '/';
  const query = parameters.get('QUERY_STRING') ?? '';
  return query === '' ? path : `${path}?${query}`;
}

/** `HTTP_USER_AGENT` is `User-Agent`; type and length of the body have names of their own. */
function headersOf(parameters: ReadonlyMap<string, string>): string[] {
  const headers: string[] = [];
  for (const [name, value] of parameters) {
    const header = name.startsWith('HTTP_') ? name.slice(5) : /^CONTENT_(TYPE|LENGTH)$/.test(name) ? name : undefined;
    if (header === undefined || value === '') continue;
    const words = header
      .toLowerCase()
      .split('_')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    headers.push(words.join('-'), value);
  }
  return headers;
}
