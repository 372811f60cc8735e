import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { get } from '../testing/case-file.ts';
import { Authority, type Certificate } from '../testing/certificates.ts';
import { comparable, nginxMissing, SideBySide } from '../testing/side-by-side.ts';

/** What a TLS client sees of a server. */
interface Seen {
  certificate: string;
  protocol: string | null;
  cipher: string;
  alpn: string | false | null;
  reused: boolean;
  answer: string;
}

const FACTS =
  '$scheme|$https|$server_name|$ssl_protocol|$ssl_cipher|$ssl_server_name|$ssl_session_reused|$ssl_alpn_protocol|$server_protocol';
const CLIENT =
  '$ssl_client_verify|$ssl_client_s_dn|$ssl_client_i_dn|$ssl_client_serial|$ssl_client_fingerprint|$ssl_client_v_start|$ssl_client_v_end|$ssl_client_v_remain|$ssl_client_escaped_cert';
const FILES = { 'page.html': '<p>page</p>', 'big.txt': 'big line of text\n'.repeat(60_000) };

describe.skipIf(nginxMissing !== undefined)('TLS and HTTP/2 as nginx has them', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ssl-test-'));
  let authority: Authority;
  let me: Certificate;
  let unknown: Certificate;
  let pair: SideBySide;

  beforeAll(async () => {
    authority = new Authority(folder, 'authority');
    const stranger = new Authority(folder, 'stranger');
    for (const name of ['a', 'b', 'c', 'mail', 'limits'])
      authority.issue(`${name}.test`, `/CN=${name}.test`, [`${name}.test`]);
    me = authority.issue('me', '/C=DE/O=Clients, and more/CN=me; x');
    unknown = stranger.issue('unknown', '/CN=unknown');
    // In the second in which they are issued, whole days remain of them, and one fewer in the next.
    for (const issued = Math.floor(Date.now() / 1000); Math.floor(Date.now() / 1000) <= issued; ) await setImmediate();
    const certificate = (name: string): string =>
      `ssl_certificate ${folder}/${name}.test.crt; ssl_certificate_key ${folder}/${name}.test.key;`;
    pair = await SideBySide.start(
      `log_format both '$ssl_protocol $ssl_server_name "$request" $status $body_bytes_sent $http2';
       access_log LOGS/access.log both;
       ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache shared:s:1m;
       server {
         listen 127.0.0.1:PORT ssl http2; server_name a.test; ${certificate('a')}
         root FOLDER/html; client_max_body_size 100k; gzip on; gzip_types text/plain; gzip_min_length 500;
         types { text/html html; text/plain txt; }
         location /facts { return 200 "${FACTS}"; }
         location /moved { return 301 /elsewhere; }
         location /app/ { proxy_pass http://127.0.0.1:APP/; proxy_set_header X-Protocol $server_protocol; }
         location /plain/ { alias FOLDER/html/; gzip off; }
         location /denied { deny all; }
         location /cookies { add_header Set-Cookie a=1; add_header Set-Cookie b=2; return 200 ok; }
         location /closed { return 444; }
         location /teapot { return 418; }
       }
       server { listen 127.0.0.1:PORT ssl; server_name b.test *.b.test; ${certificate('b')} merge_slashes off; location //here { return 200 "$uri"; } location / { return 200 "b ${FACTS}"; } }
       server {
         listen 127.0.0.1:OTHER ssl; server_name c.test; ${certificate('c')} ssl_protocols TLSv1.2; ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384;
         ssl_session_tickets off; ssl_client_certificate ${folder}/authority.crt; ssl_verify_client optional;
         error_page 497 https://$host$request_uri;
         location / { return 200 "${CLIENT}"; }
         location = /name { return 200 "$ssl_session_reused"; }
       }
       server {
         listen 127.0.0.1:OTHER ssl; server_name mail.test; ${certificate('mail')} ssl_ciphers ECDHE-ECDSA-AES256-GCM-SHA384;
         ssl_client_certificate ${folder}/authority.crt; ssl_verify_client on; location / { return 200 "${CLIENT}"; }
       }
       server {
         listen 127.0.0.1:OTHER ssl http2; server_name limits.test; ${certificate('limits')} keepalive_requests 3;
         http2_max_concurrent_streams 7; http2_body_preread_size 128k; location / { return 200 limited; }
       }`,
      FILES,
      (request, response) => {
        const pieces: Buffer[] = [];
        request.on('data', (bytes: Buffer) => pieces.push(bytes));
        request.on('end', () => {
          const {
            'x-protocol': protocol,
            'content-length': length,
            'transfer-encoding': coding,
            cookie,
          } = request.headers;
          const bytes = Buffer.concat(pieces);
          const sum = bytes.reduce((total, byte) => (total + byte) % 65_521, 0);
          response.setHeader('Set-Cookie', ['x=1', 'y=2']).setHeader('Connection', 'X-Gone');
          response.end(
            `${request.method} ${request.url} ${protocol} ${length} ${coding} ${cookie} ${bytes.length} ${sum}`,
          );
        });
      },
    );
  });
  afterAll(async () => {
    await pair?.stop();
    rmSync(folder, { recursive: true });
  });

  const look = (port: number, options: ConnectionOptions, request = get('/facts')): Promise<Seen | string> =>
    new Promise((resolve) => {
      let answer = '';
      const seen = { certificate: '', protocol: null, cipher: '', alpn: null, reused: false, answer: '' } as Seen;
      const socket: TLSSocket = connect(
        {
          port,
          host: '127.0.0.1',
          ca: authority.cert,
          rejectUnauthorized: false,
          checkServerIdentity: () => undefined,
          ...options,
        },
        () => {
          seen.certificate = String(socket.getPeerCertificate().subject?.CN);
          seen.protocol = socket.getProtocol();
          seen.cipher = socket.getCipher().name;
          seen.alpn = socket.alpnProtocol;
          seen.reused = socket.isSessionReused();
          if (socket.alpnProtocol !== 'h2') socket.write(request);
          else {
            socket.destroy();
            resolve(seen);
          }
        },
      );
      socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(`failed: ${error.code}`));
      socket.on('close', () =>
        resolve({ ...seen, answer: comparable({ text: pair.withoutPorts(answer), closed: true }) }),
      );
    });

  const both = async (at: 'port' | 'other', options: ConnectionOptions, request?: string): Promise<Seen | string> => {
    const [theirs, ours] = await Promise.all(
      pair[at === 'port' ? 'ports' : 'others'].map((port) => look(port, options, request)),
    );
    expect(ours).toEqual(theirs);
    return ours!;
  };

  test.each<[string, ConnectionOptions, string?]>([
    ['no name: the first server', {}],
    ['the name of the first server', { servername: 'a.test' }],
    ['the name of the second', { servername: 'b.test' }],
    ['a name of the second by wildcard', { servername: 'x.b.test' }, get('/', '', 'x.b.test')],
    ['an unknown name', { servername: 'unknown.test' }],
    ['a name in capitals', { servername: 'B.test' }],
    ['the Host decides who answers', { servername: 'a.test' }, get('/', '', 'b.test')],
    [
      'until the host is known, the settings of the server that the handshake asked for hold',
      { servername: 'b.test' },
      get('//here', '', 'b.test'),
    ],
    ['and those of the default one when it asked for another', { servername: 'a.test' }, get('//here', '', 'b.test')],
    ['TLS 1.2', { servername: 'a.test', maxVersion: 'TLSv1.2' }],
    [
      'TLS 1.1 is refused',
      { servername: 'a.test', minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    ],
    ['ALPN of HTTP/1.1', { servername: 'a.test', ALPNProtocols: ['http/1.1'] }],
    ['ALPN of HTTP/1.0', { servername: 'a.test', ALPNProtocols: ['http/1.0'] }],
    ['ALPN of HTTP/2', { servername: 'a.test', ALPNProtocols: ['h2', 'http/1.1'] }],
    ['ALPN of an unknown protocol', { servername: 'a.test', ALPNProtocols: ['foo'] }],
    ['two requests', { servername: 'a.test' }, `GET /facts HTTP/1.1\r\nHost: a.test\r\n\r\n${get('/teapot')}`],
    ['a big file', { servername: 'a.test' }, get('/plain/big.txt', '', 'a.test')],
    ['a redirect knows its scheme', { servername: 'a.test' }, get('/moved', '', 'a.test')],
  ])('%s', async (_, options, request) => {
    await both('port', options, request);
  });

  test.each<[string, ConnectionOptions, string?]>([
    ['only TLS 1.2, only one cipher', { servername: 'c.test' }],
    ['TLS 1.3 alone is refused', { servername: 'c.test', minVersion: 'TLSv1.3' }],
    [
      'another cipher is refused',
      { servername: 'c.test', maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
    ],
  ])('%s', async (_, options, request) => {
    await both('other', options, request ?? get('/', '', 'c.test'));
  });

  describe('certificates of clients', () => {
    test.each<[string, string, 'none' | 'me' | 'unknown']>([
      ['optional, none given', 'c.test', 'none'],
      ['optional, a good one', 'c.test', 'me'],
      ['optional, a stranger', 'c.test', 'unknown'],
      ['required, none given', 'mail.test', 'none'],
      ['required, a good one', 'mail.test', 'me'],
      ['required, a stranger', 'mail.test', 'unknown'],
    ])('%s', async (_, servername, who) => {
      const mine = { none: {}, me, unknown }[who];
      await both('other', { servername, ...mine }, get('/', '', servername));
      const [theirs, ours] = await pair.newErrors('info', (line) => (/recv\(\) failed/.test(line) ? undefined : line));
      expect(ours).toEqual(theirs);
    });
  });

  describe('sessions', () => {
    /** Whether the second handshake needed no certificate. */
    const resumes = (port: number, options: ConnectionOptions): Promise<boolean> =>
      new Promise((resolve, reject) => {
        const first = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () =>
          first.write(get('/name')),
        );
        let session: Buffer | undefined;
        first.on('session', (bytes) => (session = bytes));
        first.on('error', reject);
        first.resume().on('close', () => {
          if (session === undefined) return resolve(false);
          const second = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options, session }, () => {
            resolve(second.isSessionReused());
            second.destroy();
          });
          second.on('error', reject);
        });
      });

    test.each<[string, 'ports' | 'others', ConnectionOptions]>([
      ['a ticket of TLS 1.3', 'ports', { servername: 'a.test' }],
      ['a ticket of TLS 1.2', 'ports', { servername: 'a.test', maxVersion: 'TLSv1.2' }],
      ['the cache, without tickets', 'others', { servername: 'c.test' }],
    ])('%s', async (_, which, options) => {
      expect(await Promise.all(pair[which].map((port) => resumes(port, options)))).toEqual([true, true]);
    });
  });

  describe('plain HTTP on a port for TLS', () => {
    test.each([['ports'], ['others']] as const)('%s', async (which) => {
      const [theirs, ours] = await Promise.all(
        pair[which].map(
          (port) =>
            new Promise<string>((resolve) => {
              let text = '';
              const socket = connectPlain(port, '127.0.0.1', () =>
                socket.write('GET /x?y HTTP/1.1\r\nHost: c.test\r\n\r\n'),
              );
              socket.on('data', (bytes) => (text += bytes.toString('latin1')));
              socket.on('close', () => resolve(comparable({ text, closed: true })));
            }),
        ),
      );
      expect(ours).toBe(theirs);
      const [theirLines, ourLines] = await pair.newErrors('info');
      expect(ourLines).toEqual(theirLines);
    });
  });

  describe('HTTP/2', () => {
    let sessions: ClientHttp2Session[];
    beforeAll(() => {
      sessions = pair.ports.map((port) =>
        connectHttp2(`https://a.test:${port}`, {
          lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
          ca: authority.cert,
        }),
      );
    });
    afterAll(() => {
      for (const session of sessions) session.destroy();
    });

    const ask = (session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: Buffer): Promise<string> =>
      new Promise((resolve) => {
        const stream = session.request({ ':authority': 'a.test', ...headers });
        let head = '';
        let text = '';
        stream.on('response', (fields) => {
          head = Object.entries(fields)
            .filter(([name]) => !['date', 'server'].includes(name))
            .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(' & ') : value}`)
            .sort()
            .join('\n');
        });
        stream.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
        stream.on('error', (error: NodeJS.ErrnoException) => resolve(`${error.code} ${error.message}`));
        stream.on('close', () =>
          resolve(
            `${pair.withoutPorts(head)}\n\n${text.replace(/nginx\/[\d.]+/g, 'nginx').replace(/^\x1f\x8b.*/s, 'GZIP')}`.replace(
              /content-length: \d+(?=[\s\S]*<html>)/,
              'content-length: PAGE',
            ),
          ),
        );
        stream.end(body);
      });

    test('limits are told, and a connection ends when it has had its requests', async () => {
      const seen = await Promise.all(
        pair.others.map(async (port) => {
          const session = connectHttp2(`https://limits.test:${port}`, {
            lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
            ca: authority.cert,
          });
          const settings = once(session, 'remoteSettings');
          const goaway = once(session, 'goaway');
          const answers = [];
          for (let i = 0; i < 3; i++) answers.push(await ask(session, { ':authority': 'limits.test', ':path': '/' }));
          await goaway;
          const [{ maxConcurrentStreams, initialWindowSize }] = await settings;
          session.destroy();
          return { answers, maxConcurrentStreams, initialWindowSize };
        }),
      );
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[1]).toMatchObject({ maxConcurrentStreams: 7, initialWindowSize: 131_072 });
    });

    test.each<[string, OutgoingHttpHeaders, number?]>([
      ['a file', { ':path': '/page.html' }],
      ['HEAD', { ':path': '/page.html', ':method': 'HEAD' }],
      ['a file that is missing', { ':path': '/missing' }],
      ['a big file', { ':path': '/plain/big.txt' }],
      ['a range', { ':path': '/plain/big.txt', range: 'bytes=5-9' }],
      ['a file that did not change', { ':path': '/page.html', 'if-modified-since': 'Tue, 02 Jan 2024 03:04:05 GMT' }],
      ['a compressed file', { ':path': '/big.txt', 'accept-encoding': 'gzip' }],
      ['facts', { ':path': '/facts' }],
      ['a redirect', { ':path': '/moved' }],
      ['refused', { ':path': '/denied' }],
      ['two cookies', { ':path': '/cookies' }],
      ['a status without a page', { ':path': '/teapot' }],
      ['an application', { ':path': '/app/x?y=z' }],
      ['cookies of the client are joined', { ':path': '/app/x', cookie: ['a=1', 'b=2'] }],
      ['a body', { ':path': '/app/x', ':method': 'POST' }, 70_000],
      ['a body with its length', { ':path': '/app/x', ':method': 'POST', 'content-length': 70_000 }, 70_000],
      ['a body that is too big', { ':path': '/app/x', ':method': 'POST', 'content-length': 200_000 }, 200_000],
      ['a body that nobody wants', { ':path': '/page.html', ':method': 'POST' }, 10],
      ['another host', { ':path': '/', ':authority': 'b.test' }],
      ['TRACE', { ':path': '/', ':method': 'TRACE' }],
      ['OPTIONS', { ':path': '/page.html', ':method': 'OPTIONS' }],
      ['a path that leaves the root', { ':path': '/../x' }],
      ['closed without an answer', { ':path': '/closed' }],
    ])('%s', async (_, headers, size) => {
      const body = size === undefined ? undefined : Buffer.alloc(size, 'body');
      const [theirs, ours] = await Promise.all(sessions.map((session) => ask(session, headers, body)));
      expect(ours).toBe(theirs);
    });

    test('a hundred requests at once', async () => {
      const all = sessions.map((session) =>
        Promise.all(Array.from({ length: 100 }, (_, i) => ask(session, { ':path': `/app/${i}` }))),
      );
      const [theirs, ours] = await Promise.all(all);
      expect(ours).toEqual(theirs);
    });

    test('the limits that a server announces', () => {
      const [theirs, ours] = sessions.map(({ remoteSettings }) => remoteSettings.maxConcurrentStreams);
      expect(ours).toBe(theirs);
    });

    test('the log', async () => {
      await Promise.all(sessions.map((session) => ask(session, { ':path': '/facts?last' })));
      const [theirs, ours] = await pair.logs('access.log', '/facts?last');
      expect(ours.at(-1)).toBe(theirs.at(-1));
    });
  });
});
