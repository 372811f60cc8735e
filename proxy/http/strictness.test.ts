import { connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparable, nginxMissing, SideBySide } from '../testing/side-by-side.ts';
import { strictnessRows } from '../testing/strictness-rows.ts';

const LAST = 'GET /static?last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';

/** All that a server sends for these bytes, until it closes; the client has said that it is done. */
function talk(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (more) => (text += more.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.end(Buffer.from(bytes, 'latin1'));
  });
}

describe.skipIf(nginxMissing !== undefined)('nobody is understood in two ways: as strict as nginx', () => {
  /** What came to the application, from nginx and from ours. */
  const seen: Record<'theirs' | 'ours', string[]> = { theirs: [], ours: [] };
  let backend: Server;
  let pair: SideBySide;

  beforeAll(async () => {
    backend = createServer((socket) => {
      let text = '';
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        text += bytes.toString('latin1');
        const end = text.indexOf('\r\n\r\n') + 4;
        if (end < 4 || text.length - end < Number(/^Content-Length: (\d+)/im.exec(text)?.[1] ?? 0)) return;
        const side = /^X-Side: .*(theirs|ours)\r$/m.exec(text)![1] as 'theirs' | 'ours';
        seen[side].push(text.replace(/^X-Side: .*\r\n/m, ''));
        text = '';
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      });
    });
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as { port: number };
    pair = await SideBySide.start(
      `client_header_buffer_size 1k; large_client_header_buffers 4 2k; client_max_body_size 2k;
       server {
         listen 127.0.0.1:PORT; server_name a.test;
         location / { proxy_pass http://127.0.0.1:${port}; proxy_ignore_client_abort on; proxy_set_header X-Side LOGS; }
         location /static { return 200 "$request_method|$request_uri|$uri|$args|$host|$server_name|$server_protocol"; }
       }
       server { listen 127.0.0.1:PORT; server_name b.test; location / { return 200 "b|$host"; } }`,
      {},
    );
  });
  afterAll(async () => {
    await pair?.stop();
    backend.close();
  });

  test.each(Object.entries(strictnessRows))('%s', async (_, bytes) => {
    seen.theirs = [];
    seen.ours = [];
    const [theirs, ours] = await Promise.all(pair.ports.map((port) => talk(port, bytes + LAST)));
    expect(comparable({ text: ours!, closed: true })).toBe(comparable({ text: theirs!, closed: true }));
    expect(seen.ours).toEqual(seen.theirs);
  });
});
