import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect as connectSecurely } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forward, pool, type Served, serve } from '../index.ts';
import { Authority } from '../testing/certificates.ts';

/** Leaves HTTP when it is asked to, and says everything back in capitals from then on. */
function shouting(): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (head) => {
      if (!/^upgrade: shouting\r$/im.test(head.toString('latin1')))
        return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno');
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: shouting\r\nConnection: Upgrade\r\n\r\n');
      socket.on('data', (bytes) => void socket.write(bytes.toString().toUpperCase()));
    });
  });
}

/** What has come once `wanted` is in it. */
function until(socket: Socket, wanted: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (!text.includes(wanted)) return;
      socket.off('data', take);
      resolve(text);
    };
    socket.on('data', take);
    socket.once('close', () => reject(new Error(`closed after ${JSON.stringify(text)}`)));
  });
}

describe('a connection that leaves HTTP', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'serve-test-'));
  const application = shouting();
  const served: Served[] = [];

  beforeAll(async () => {
    const { crt, key } = { crt: path.join(folder, 'a.test.crt'), key: path.join(folder, 'a.test.key') };
    new Authority(folder, 'authority').issue('a.test', '/CN=a.test', ['a.test']);
    await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
    const behind = pool([`127.0.0.1:${(application.address() as AddressInfo).port}`]);
    const setHeaders = { Upgrade: '$http_upgrade', Connection: 'upgrade' };
    for (const tls of [undefined, { cert: crt, key }]) {
      const handler = (exchange: Parameters<typeof forward>[0]) => forward(exchange, behind, { setHeaders });
      served.push(await serve({ port: 0, ...(tls !== undefined && { tls }), handler }));
    }
  });
  afterAll(async () => {
    await Promise.all(served.map(({ close }) => close()));
    application.close();
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['over TCP', 0],
    ['over TLS', 1],
  ])('%s goes both ways', async (_, at) => {
    const { port } = served[at]!;
    const socket =
      at === 0 ? connect(port, '127.0.0.1') : connectSecurely({ port, host: '127.0.0.1', rejectUnauthorized: false });
    try {
      socket.write('GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: shouting\r\n\r\n');
      expect(await until(socket, '\r\n\r\n')).toMatch(/^HTTP\/1\.1 101 /);
      for (const word of ['kite', 'lantern']) {
        socket.write(word);
        expect(await until(socket, word.toUpperCase())).toBe(word.toUpperCase());
      }
    } finally {
      socket.removeAllListeners('close');
      socket.destroy();
    }
  });
});
