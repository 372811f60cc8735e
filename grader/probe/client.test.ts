import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Client } from '../lab.ts';
import { createClient } from './client.ts';
import { noTranslation } from './translation.ts';

const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A client of a server that does with each connection what it is told. */
async function clientOf(serve: (socket: Socket) => void): Promise<Client> {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return createClient({
    http: { host: '127.0.0.1', port },
    https: { host: '127.0.0.1', port },
    host: 'catalog.test',
    authority: undefined,
    translation: noTranslation,
    door: { http: '127.0.0.1', https: '127.0.0.1' },
    signal: new AbortController().signal,
  });
}

const says = (bytes: string) => (socket: Socket) => void socket.once('data', () => socket.end(bytes));

describe('a hostile server', () => {
  test('that never answers ends with the time limit', async () => {
    const client = await clientOf(() => {});
    const answer = await client.get('/', { timeLimit: 1000 });
    expect(answer).toMatchObject({ status: 0, failure: 'no answer within 1 s' });
  });

  test('that drips ends with the time limit', async () => {
    const client = await clientOf((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 5);
      socket.on('close', () => clearInterval(drip));
    });
    const answer = await client.get('/', { timeLimit: 1500 });
    expect(answer.failure).toBe('the answer was not complete within 1.5 s');
  });

  test.each([
    ['HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', 'closed before the answer was complete'],
    ['HTTP/1.1 200 OK\r\nContent-', 'closed before the answer was complete'],
    ['', 'closed without an answer'],
    ['SSH-2.0-OpenSSH\r\n\r\n', 'malformed: not an HTTP answer, it begins "SSH-2.0-OpenSSH"'],
    ['HTTP/1.1 200 OK\r\nbad header\r\n\r\n', 'malformed header line "bad header"'],
    ['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', 'malformed: Content-Length "-1"'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 'malformed: chunk size "zz"'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n', 'a body larger than 16 MiB'],
  ])('that says %j is reported', async (bytes, failure) => {
    const client = await clientOf(says(bytes));
    expect(await client.get('/')).toMatchObject({ status: 0, failure });
  });

  test.each([
    ['headers', 'HTTP/1.1 200 OK\r\n', 'X: y\r\n'.repeat(10_000), 'headers larger than 64 KiB'],
    ['body', 'HTTP/1.1 200 OK\r\n\r\n', 'x'.repeat(100_000), 'a body larger than 16 MiB'],
  ])('with endless %s is cut off', async (_, start, more, failure) => {
    const client = await clientOf((socket) => {
      socket.write(start);
      const pour = () => {
        while (!socket.destroyed && socket.write(more));
      };
      socket.on('drain', pour);
      pour();
    });
    expect(await client.get('/')).toMatchObject({ status: 0, failure });
  });

  test('that speaks no TLS is reported', async () => {
    const client = await clientOf(says('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect((await client.get('/', { https: true })).failure).toMatch(/TLS|wrong version|packet length/i);
    expect((await client.handshake()).ok).toBe(false);
  });
});

describe('a client', () => {
  test('sends the path as it is given', async () => {
    let head = '';
    const client = await clientOf((socket) =>
      socket.once('data', (bytes) => {
        head = bytes.toString();
        socket.end('HTTP/1.1 204 No Content\r\n\r\n');
      }),
    );
    const answer = await client.get('/a/../%2f//b?é', { headers: { 'X-A': '1' } });
    expect(head).toBe(answer.request.head);
    expect(head).toContain('GET /a/../%2f//b?é HTTP/1.1\r\nHost: catalog.test\r\n');
    expect(answer.request.curl).toBe(
      "curl -i --path-as-is -H 'Host: catalog.test' -H 'X-A: 1' 'http://127.0.0.1/a/../%2f//b?é'",
    );
  });

  test('reads chunks, interim answers and repeated headers, byte by byte', async () => {
    const bytes =
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: 1\r\na: 2\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n';
    const client = await clientOf(async (socket) => {
      for (const byte of bytes) {
        socket.write(byte);
        await new Promise(setImmediate);
      }
    });
    expect(await client.get('/')).toMatchObject({ status: 200, text: 'abcde', headers: { a: '1, 2' } });
  });

  test('keeps a named connection, one request after the other', async () => {
    let connections = 0;
    const client = await clientOf((socket) => {
      connections++;
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    });
    await Promise.all([1, 2, 3].map(() => client.get('/', { connection: 'one' })));
    expect(connections).toBe(1);
    await client.burst(['/', '/', '/']);
    expect(connections).toBe(4);
  });

  test('says when nothing listens', async () => {
    const client = await clientOf(() => {});
    servers.splice(0).forEach((server) => {
      server.close();
    });
    expect((await client.get('/')).failure).toBe('connection refused: nothing listens there');
  });

  test('writes curl lines that a shell understands', async () => {
    const client = await clientOf(says('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'));
    const post = await client.request('/u', {
      method: 'POST',
      body: `{"a":"it's"}`,
      headers: { 'Content-Type': 'application/json' },
    });
    expect(post.request.curl).toBe(
      `curl -i -H 'Host: catalog.test' -H 'Content-Type: application/json' --data-binary '{"a":"it'\\''s"}' http://127.0.0.1/u`,
    );
    const head = await client.request('/', { method: 'HEAD', host: null });
    expect(head.request.curl).toBe("curl -I -0 -H 'Host:' http://127.0.0.1/");
  });
});
