import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nginxMissing, SideBySide } from '../testing/side-by-side.ts';

/** An upstream made of raw sockets: it keeps what it got, and does what the path says. */
class RawBackend {
  readonly requests: string[] = [];
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server = createServer((socket) => this.#accept(socket));
  port = 0;

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as { port: number }).port;
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.connections++;
    this.#sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      this.requests.push(text);
      const request = text;
      text = '';
      this.#answer(socket, request);
    });
  }

  #answer(socket: Socket, request: string): void {
    const path = request.split(' ')[1]!;
    const write = (answer: string): void => void socket.write(answer, 'latin1');
    if (path.includes('/die')) socket.destroy();
    else if (path.includes('/half')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    else if (path.includes('/torn')) socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntorn\r\n');
    else if (path.includes('/chunks'))
      write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n');
    else if (path.includes('/old')) socket.end('HTTP/1.0 200 OK\r\nX-Old: yes\r\n\r\nuntil the end');
    else if (path.includes('/none')) write('HTTP/1.1 204 No Content\r\n\r\n');
    else if (path.includes('/bad')) socket.end('HTTP/1.1 200 OK\r\nbad header\r\n\r\n');
    else if (path.includes('/moved'))
      write(`HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:${this.port}/base/x\r\nContent-Length: 0\r\n\r\n`);
    else if (path.includes('/cookie'))
      write(
        'HTTP/1.1 200 Fine\r\nSet-Cookie: a=b; Path=/base/x; Domain=old.test\r\nServer: mine\r\nX-Secret: s\r\nContent-Length: 0\r\n\r\n',
      );
    else if (path.includes('/busy')) write('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy');
    else write(`HTTP/1.1 200 OK\r\nContent-Length: ${request.length}\r\n\r\n${request}`);
  }
}

describe.skipIf(nginxMissing !== undefined)('proxy_pass does what nginx does', () => {
  const backend = new RawBackend();
  let pair: SideBySide;

  beforeAll(async () => {
    await backend.start();
    const to = `127.0.0.1:${backend.port}`;
    pair = await SideBySide.start(
      `upstream kept { server ${to}; keepalive 4; }
       upstream twice { server ${to}; server localhost:${backend.port} backup; }
       upstream fresh { server ${to}; server localhost:${backend.port} backup; }
       upstream backup { server 127.0.0.1:1; server ${to} backup; }
       upstream dead { server 127.0.0.1:1; server 127.0.0.1:2; }
       log_format up '$request_uri $status $upstream_status';
       access_log LOGS/access.log up;
       server {
         listen 127.0.0.1:PORT;
         location / { proxy_pass http://${to}; }
         location /slash/ { proxy_pass http://${to}/base/; }
         location /bare { proxy_pass http://${to}/base; }
         location /root/ { proxy_pass http://${to}/; }
         location = /exact { proxy_pass http://${to}/other?x=1; }
         location ~ ^/regex/(.*)$ { proxy_pass http://${to}/got/$1; }
         location ~* \\.up$ { proxy_pass http://${to}; }
         location /variable/ { set $to ${to}; proxy_pass http://$to; }
         location /broken/ { rewrite ^/broken/(.*)$ /new/$1 break; proxy_pass http://${to}/ignored/; }
         location /again/ { rewrite ^/again/(.*)$ /slash/$1 last; }
         location /headers/ {
           proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; proxy_set_header Accept "";
           proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_pass http://${to};
         }
         location /kept/ { proxy_pass http://kept; proxy_http_version 1.1; proxy_set_header Connection ""; }
         location /twice/ { proxy_pass http://twice; proxy_http_version 1.1; }
         location /fresh/ { proxy_pass http://fresh; }
         location /any/ { proxy_pass http://twice; proxy_next_upstream error non_idempotent http_503; }
         location /backup/ { proxy_pass http://backup; }
         location /dead/ { proxy_pass http://dead; }
         location /cookie { proxy_pass http://${to}/base/cookie; proxy_cookie_path /base/ /mine/; proxy_cookie_domain old.test new.test; proxy_hide_header X-Secret; proxy_pass_header Server; }
         location /page/ { proxy_pass http://${to}; proxy_intercept_errors on; error_page 503 /sorry; }
         location /sorry { return 200 sorry; }
         location /body/ { proxy_pass http://${to}; proxy_set_body "mine $request_uri"; proxy_method PUT; }
         location /nobuffer/ { proxy_pass http://${to}; proxy_request_buffering off; proxy_buffering off; }
       }`,
      {},
    );
  });

  afterAll(async () => {
    await pair.stop();
    backend.stop();
  });

  /** Without what differs on purpose or by the clock, header lines in one order, chunks joined. */
  const plain = (text: string): string => {
    const [head = '', ...rest] = text.replace(/nginx\/[\d.]+/g, 'nginx').split('\r\n\r\n');
    const [status, ...headers] = head.split('\r\n').filter((line) => !/^(Server: nginx|Date: )/.test(line));
    const body = rest.join('\r\n\r\n');
    const chunked = headers.includes('Transfer-Encoding: chunked');
    return [status, ...headers.sort(), '', chunked ? body.replace(/(^|\r\n)[0-9a-f]+\r\n/g, '') : body].join('\n');
  };
  const get = (path: string, headers = ''): string =>
    `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${headers}Connection: close\r\n\r\n`;

  test.each([
    '/plain/a%20b?x=%2F&y=1',
    '/enc/%2F%3F%41//b/../c',
    '/slash/x?y',
    '/slash/a%20b/%2f',
    '/slash//x',
    '/slash',
    '/bare',
    '/bare/x',
    '/barely',
    '/root/x/y',
    '/root/',
    '/exact',
    '/exact?y=2',
    '/regex/a/b?c=d',
    '/x/y.UP?z=%41',
    '/variable/%7Ea?b',
    '/broken/a%20b?c',
    '/again/x?y=1',
    '/headers/x',
    '/kept/x',
    '/backup/x',
    '/dead/x',
    '/chunks',
    '/kept/chunks',
    '/old',
    '/none',
    '/bad',
    '/half',
    '/torn',
    '/die',
    '/twice/die',
    '/moved',
    '/slash/moved',
    '/cookie',
    '/busy',
    '/any/busy',
    '/page/busy',
    '/body/x',
  ])('GET %s', async (path) => {
    const [theirs, ours] = await pair.send(
      get(path, 'X-Forwarded-For: 9.9.9.9\r\nAccept: a\r\nKeep-Alive: 5\r\nTE: x\r\n'),
    );
    expect(plain(ours.text)).toBe(plain(theirs.text));
  });

  test.each(['/kept/x', '/body/x', '/nobuffer/x', '/slash/x'])('POST %s with its body', async (path) => {
    const body = 'b'.repeat(30_000);
    const [theirs, ours] = await pair.send(
      `POST ${path} HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
    expect(plain(ours.text)).toBe(plain(theirs.text));
  });

  test('a chunked request body arrives with its length', async () => {
    const [theirs, ours] = await pair.send(
      'POST /x HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    );
    expect(plain(ours.text)).toBe(plain(theirs.text));
    expect(ours.text).toContain('Content-Length: 3');
  });

  test('HEAD and HTTP/1.0 clients', async () => {
    for (const request of [
      'HEAD /kept/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      'GET /chunks HTTP/1.0\r\n\r\n',
    ]) {
      const [theirs, ours] = await pair.send(request);
      expect(plain(ours.text)).toBe(plain(theirs.text));
    }
  });

  test('a POST that a server took before it died is not sent to another', async () => {
    backend.requests.length = 0;
    const [theirs, ours] = await pair.send(
      'POST /fresh/die?once HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
    );
    expect(plain(ours.text)).toBe(plain(theirs.text));
    expect(ours.text).toContain('502 Bad Gateway');
    expect(backend.requests.filter((request) => request.includes('?once'))).toHaveLength(2);
  });

  test('the log tells the attempts as nginx does', async () => {
    await pair.send(get('/dead/x'));
    await pair.send(get('/half?last'));
    const [theirs, ours] = await pair.logs('access.log', '/half?last');
    expect(ours.at(-1)).toBe(theirs.at(-1));
  });
});
