import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { get } from '../testing/case-file.ts';
import { comparable, nginxMissing, SideBySide } from '../testing/side-by-side.ts';

/** A name server that knows what a test needs, and counts what it is asked. */
class TinyNameServer {
  readonly asked: string[] = [];
  readonly #socket: UdpSocket = createSocket('udp4');
  port = 0;

  async start(): Promise<void> {
    this.#socket.on('message', (query, { port, address }) => {
      const answer = this.#answer(query);
      if (answer !== undefined) this.#socket.send(answer, port, address);
    });
    await new Promise<void>((resolve) => this.#socket.bind(0, '127.0.0.1', resolve));
    this.port = this.#socket.address().port;
  }

  forget(): void {
    this.asked.length = 0;
  }

  stop(): void {
    this.#socket.close();
  }

  #answer(query: Buffer): Buffer | undefined {
    const labels: string[] = [];
    let at = 12;
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += length + 1;
    }
    const name = labels.join('.');
    const isA = query.readUInt16BE(at + 1) === 1;
    const question = query.subarray(12, at + 5);
    this.asked.push(`${name} ${isA ? 'A' : 'AAAA'}`);
    if (name === 'silent.test') return undefined;
    const code = name === 'unknown.test' ? 3 : name === 'broken.test' ? 2 : 0;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8180 | code, 2);
    const answers = code === 0 && isA && name !== 'empty.test' ? 1 : 0;
    head.writeUInt16BE(answers, 6);
    head.writeUInt32BE(0, 8);
    if (answers === 0) return Buffer.concat([head, question]);
    const ttl = name.startsWith('short') ? 0 : 60;
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, ttl, 0, 4, 127, 0, 0, 1]);
    return Buffer.concat([head, question, record]);
  }
}

describe.skipIf(nginxMissing !== undefined)('names in proxy_pass are looked up as nginx looks them up', () => {
  const names = new TinyNameServer();
  let backend: Server;
  let pair: SideBySide;

  beforeAll(async () => {
    await names.start();
    backend = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        const said = bytes.toString('latin1').split('\r\n').slice(0, 2).join(' ');
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${said.length}\r\n\r\n${said}`);
      });
    });
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
    const { port } = backend.address() as { port: number };
    pair = await SideBySide.start(
      `log_format up '$uri $status $upstream_addr'; access_log LOGS/access.log up;
       resolver 127.0.0.1:${names.port} ipv6=off; resolver_timeout 1s;
       upstream group { server 127.0.0.1:${port}; }
       server {
         listen 127.0.0.1:PORT; server_name one.test;
         location /name/ { proxy_pass http://$arg_n:${port}; }
         location /uri/ { proxy_pass http://$arg_n:${port}/other$uri; }
         location /group/ { set $to group; proxy_pass http://$to; }
         location /short/ { proxy_pass http://$arg_n:${port}; }
         location /valid/ { resolver 127.0.0.1:${names.port} valid=60s ipv6=off; proxy_pass http://$arg_n:${port}; }
         location /both/ { resolver 127.0.0.1:${names.port}; proxy_pass http://$arg_n:${port}; }
       }`,
      {},
    );
  });
  afterAll(async () => {
    await pair?.stop();
    names.stop();
    backend.close();
  });
  beforeEach(() => names.forget());

  test.each([
    '/name/x?n=a.test',
    '/uri/x?n=a.test',
    '/group/x',
    '/name/x?n=unknown.test',
    '/name/x?n=broken.test',
    '/name/x?n=empty.test',
    '/name/x?n=silent.test',
    '/name/x?n=127.0.0.1',
    '/both/x?n=c.test',
    '/name/x?n=',
  ])('%s', async (target) => {
    const [theirs, ours] = await pair.send(get(target));
    expect(comparable(ours)).toBe(comparable(theirs));
    const [theirLines, ourLines] = await pair.newErrors('error');
    expect(ourLines).toEqual(theirLines);
  });

  test.each([
    ['an answer is kept as long as it says', '/name/x?n=kept.test', 2],
    ['valid= says otherwise', '/valid/x?n=short2.test', 2],
  ])('%s', async (_, target, times) => {
    await pair.send(get(target));
    await pair.send(get(target));
    expect(names.asked).toHaveLength(times);
  });

  test('the log', async () => {
    const [theirs, ours] = await pair.sameLogs('access.log');
    expect(ours).toEqual(theirs);
  });
});
