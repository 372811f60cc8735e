import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparable, nginxMissing, SideBySide } from '../testing/side-by-side.ts';

/** How a connection went: what was read, and after how many milliseconds it was closed. */
interface End {
  readonly text: string;
  readonly after: number;
}

/** Sends the pieces (each when the one before has been sent), and waits for the server to close. */
function wait(port: number, bytes: string): Promise<End> {
  return new Promise((resolve) => {
    let text = '';
    const since = performance.now();
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from(bytes, 'latin1')));
    socket.on('error', () => undefined);
    socket.on('data', (more) => (text += more.toString('latin1')));
    socket.on('close', () => resolve({ text, after: performance.now() - since }));
    socket.on('end', () => socket.end());
  });
}

describe.skipIf(nginxMissing !== undefined)('waits end when nginx ends them', () => {
  const sockets = new Set<Socket>();
  let backend: Server;
  let pair: SideBySide;

  beforeAll(async () => {
    // Answers, or keeps silent: before its head, in the middle of its body, or about the body it is sent.
    backend = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', (bytes) => {
        if (bytes.includes('/half')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
        if (bytes.includes('/deaf')) socket.pause();
        if (bytes.includes('/quick')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as { port: number };
    pair = await SideBySide.start(
      `log_format ends '$request_method $uri $status $body_bytes_sent $upstream_status';
       access_log LOGS/access.log ends;
       client_header_timeout 1s; client_body_timeout 1s; keepalive_timeout 1s; lingering_timeout 1s;
       proxy_read_timeout 1s; proxy_send_timeout 1s; client_max_body_size 100m;
       server {
         listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
         location / { return 200 ok; }
         location /app/ { proxy_pass http://127.0.0.1:${port}; }
         location /app/stream { proxy_pass http://127.0.0.1:${port}; proxy_request_buffering off; }
         location /app/late { proxy_pass http://127.0.0.1:${port}; proxy_next_upstream off; error_page 504 = /late; }
         location /app/half { proxy_pass http://127.0.0.1:${port}; proxy_buffering off; }
         location /late { return 200 late; }
         location /big { send_timeout 1s; default_type text/plain; }
         location /stays { keepalive_timeout 0; return 200 ok; }
         location /announced { keepalive_timeout 1s 7s; return 200 ok; }
       }`,
      { big: Buffer.alloc(24 * 1024 * 1024, 'big') },
    );
  });
  afterAll(async () => {
    await pair?.stop();
    for (const socket of sockets) socket.destroy();
    backend.close();
  });

  const HEAD = 'Host: one.test\r\n';
  test.concurrent.each<[string, string]>([
    ['nothing is sent', ''],
    ['half a request line', 'GET / HT'],
    ['half a head', `GET / HTTP/1.1\r\n${HEAD}X: `],
    ['half a second head', `GET / HTTP/1.1\r\n${HEAD}\r\nGET / HTTP/1.1\r\n`],
    ['no second request', `GET / HTTP/1.1\r\n${HEAD}\r\n`],
    ['no keepalive', `GET /stays HTTP/1.1\r\n${HEAD}\r\n`],
    ['keepalive that is announced', `GET /announced HTTP/1.1\r\n${HEAD}\r\n`],
    ['half a body for an application', `POST /app/x HTTP/1.1\r\n${HEAD}Content-Length: 10\r\n\r\nhalf`],
    ['half a chunk for an application', `POST /app/x HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nab`],
    ['half a body that is passed on', `POST /app/stream HTTP/1.1\r\n${HEAD}Content-Length: 10\r\n\r\nhalf`],
    ['half a body that nobody reads', `POST / HTTP/1.1\r\n${HEAD}Content-Length: 10\r\n\r\nhalf`],
    ['an application without an answer', `GET /app/silent HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`],
    [
      'an application without an answer, and a page for that',
      `GET /app/late HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`,
    ],
    ['an application with half an answer', `GET /app/half HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`],
    ['an application that answers', `GET /app/quick HTTP/1.1\r\n${HEAD}Connection: close\r\n\r\n`],
  ])('%s', async (_, bytes) => {
    const [theirs, ours] = (await Promise.all(pair.ports.map((port) => wait(port, bytes)))) as [End, End];
    expect(comparable({ text: ours.text, closed: true })).toBe(comparable({ text: theirs.text, closed: true }));
    // A wait of a second, or of several, or none: on a machine as slow as it may be.
    const seconds = ({ after }: End): number => Math.min(1, Math.floor(after / 800));
    expect(seconds(ours)).toBe(seconds(theirs));
  });

  test('a client that reads nothing is left after send_timeout', async () => {
    const clients = pair.ports.map((port) => connect(port, '127.0.0.1'));
    for (const client of clients) client.pause().write(`GET /big HTTP/1.1\r\n${HEAD}\r\n`);
    for (const client of clients) client.on('error', () => undefined);
    const [theirs, ours] = await pair.logs('access.log', '/big');
    for (const client of clients) client.destroy();
    for (const lines of [theirs, ours]) expect(lines.at(-1)).toMatch(/^GET \/big 200 \d{5,8} -$/);
  });

  test('the logs tell the same of them', async () => {
    const [theirs, ours] = await pair.sameLogs('access.log', (lines) =>
      lines.filter((line) => !line.includes('/big')).sort(),
    );
    expect(ours).toEqual(theirs);
    const [theirErrors, ourErrors] = await pair.newErrors('info');
    expect(ourErrors).toEqual(theirErrors);
  });
});
