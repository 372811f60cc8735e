import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectPlain, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { get } from '../testing/case-file.ts';
import { Authority } from '../testing/certificates.ts';
import { comparable, nginxMissing, SideBySide } from '../testing/side-by-side.ts';

const HEADER = 'PROXY TCP4 192.0.2.1 192.0.2.2 4711 8443\r\n';
const FACTS = '"$remote_addr:$remote_port $proxy_protocol_addr $proxy_protocol_server_port $scheme $server_protocol"';

describe.skipIf(nginxMissing !== undefined)('the PROXY protocol before TLS, as nginx has it', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'proxied-test-'));
  let authority: Authority;
  let pair: SideBySide;

  beforeAll(async () => {
    authority = new Authority(folder, 'authority');
    authority.issue('a', '/CN=a.test', ['a.test']);
    pair = await SideBySide.start(
      `log_format who '$remote_addr $proxy_protocol_addr $realip_remote_addr "$request" $status'; access_log LOGS/access.log who;
       set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol;
       ssl_certificate ${folder}/a.crt; ssl_certificate_key ${folder}/a.key;
       server { listen 127.0.0.1:PORT ssl http2 proxy_protocol; location / { return 200 ${FACTS}; } }
       server { listen 127.0.0.1:OTHER proxy_protocol; client_header_timeout 1s; location / { return 200 ${FACTS}; } }`,
      {},
    );
  });
  afterAll(async () => {
    await pair?.stop();
    rmSync(folder, { recursive: true });
  });

  const sameErrors = async (): Promise<void> => {
    const [theirs, ours] = await pair.newErrors('info');
    expect(ours).toEqual(theirs);
  };

  /** The connection of a proxy that has sent its header, alone or with the beginning of what it passes on. */
  const proxied = (port: number, header: string): Socket => {
    const socket = connectPlain(port, '127.0.0.1');
    socket.write(Buffer.from(header, 'latin1'));
    return socket;
  };

  const textOf = (socket: Socket): Promise<string> =>
    new Promise((resolve) => {
      let text = '';
      socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(comparable({ text: pair.withoutPorts(text), closed: true })));
    });

  const secure = (port: number, header: string): TLSSocket =>
    connect({ socket: proxied(port, header), servername: 'a.test', ca: authority.cert });

  test('HTTP/1.1', async () => {
    const [theirs, ours] = await Promise.all(
      pair.ports.map((port) => {
        const socket = secure(port, HEADER);
        socket.write(get('/'));
        return textOf(socket);
      }),
    );
    expect(ours).toBe(theirs);
    expect(ours).toContain('192.0.2.1:4711 192.0.2.1 8443 https HTTP/1.1');
    await sameErrors();
  });

  test('HTTP/2', async () => {
    const [theirs, ours] = await Promise.all(
      pair.ports.map(
        (port) =>
          new Promise<string>((resolve, reject) => {
            const socket = connect({
              socket: proxied(port, HEADER),
              servername: 'a.test',
              ca: authority.cert,
              ALPNProtocols: ['h2'],
            });
            const session = connectHttp2('https://a.test', { createConnection: () => socket });
            session.on('error', reject);
            const stream = session.request({ ':path': '/' });
            let text = '';
            stream.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
            stream.on('close', () => {
              session.destroy();
              resolve(text);
            });
          }),
      ),
    );
    expect(ours).toBe(theirs);
    expect(ours).toBe('192.0.2.1:4711 192.0.2.1 8443 https HTTP/2.0');
  });

  test.each<[string, string]>([
    ['no header before the handshake', '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03'],
    ['a header that is longer than any line of version 1', `\r\n\r\n\0\r\nQUIT\n\x21\x11\0\xc8${'x'.repeat(200)}`],
    ['plain HTTP behind the header', `${HEADER}GET / HTTP/1.1\r\nHost: a.test\r\n\r\n`],
  ])('%s', async (_, bytes) => {
    const [theirs, ours] = await Promise.all(pair.ports.map((port) => textOf(proxied(port, bytes))));
    expect(ours).toBe(theirs);
    await sameErrors();
  });

  test.each<[string, string]>([
    ['a proxy that says nothing', ''],
    ['a proxy that says no more than its header', HEADER],
  ])('%s', async (_, bytes) => {
    const [theirs, ours] = await Promise.all(pair.others.map((port) => textOf(proxied(port, bytes))));
    expect(ours).toBe(theirs);
    await sameErrors();
  });

  test('the access log has the real address', async () => {
    const [theirs, ours] = await pair.sameLogs('access.log', (lines) => lines.sort());
    expect(ours).toEqual(theirs);
    expect(ours).toContain('192.0.2.1 192.0.2.1 127.0.0.1 "GET / HTTP/2.0" 200');
  });
});
