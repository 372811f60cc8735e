import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from 'node:http2';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modules } from '../modules/index.ts';
import { get } from '../testing/case-file.ts';
import { nginxMissing, SideBySide } from '../testing/side-by-side.ts';
import { buildConfiguration } from './build-configuration.ts';
import { Engine, openListener } from './engine.ts';

const FACTS = '"$server_protocol $http2|$scheme|$host|$request_method|$content_length|$status"';

/** What a session answers to one request: status, body, and how the stream ended. */
function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: Buffer): Promise<string> {
  const stream = session.request({ ':authority': 'one.test', ...headers }, { endStream: body === undefined });
  return new Promise((resolve, reject) => {
    let status: number | undefined;
    let text = '';
    stream.on('response', (answer) => (status = answer[':status']));
    stream.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
    stream.on('error', reject);
    stream.on('close', () => resolve(`${status} ${text.length > 200 ? text.length : text} ${stream.rstCode}`));
    if (body !== undefined) stream.end(body);
  });
}

describe.skipIf(nginxMissing !== undefined)('HTTP/2 without TLS, as nginx speaks it', () => {
  let pair: SideBySide;
  beforeAll(async () => {
    pair = await SideBySide.start(
      `client_max_body_size 1m;
       server { listen 127.0.0.1:PORT; location / { return 200 plain; } }
       server_tokens off; server { listen 127.0.0.1:OTHER http2; server_name one.test; root FOLDER/html;
         location /facts { return 200 ${FACTS}; }
         location /nothing { return 204; }
         location /app/ { proxy_pass http://127.0.0.1:APP; }
         location /cookies { return 200 "$http_cookie"; } }`,
      { 'big.txt': 'x'.repeat(2_000_000), 'page.html': '<p>page</p>' },
      (request, response) => {
        let size = 0;
        request.on('data', (bytes: Buffer) => (size += bytes.length));
        const names = Object.keys(request.headers)
          .filter((name) => name.startsWith('x'))
          .sort();
        const seen = names.map((name) => `${name} ${String(request.headers[name]).length}`).join();
        request.on('end', () =>
          response.end(`${request.method} ${request.url} ${request.httpVersion} ${size} ${seen}`),
        );
      },
    );
  });
  afterAll(() => pair?.stop());

  const both = async (action: (session: ClientHttp2Session) => Promise<string[]>): Promise<[string[], string[]]> => {
    const outcomes = await Promise.all(
      pair.others.map(async (port) => {
        const session = connect(`http://127.0.0.1:${port}`);
        try {
          return await action(session);
        } finally {
          session.destroy();
        }
      }),
    );
    return outcomes as [string[], string[]];
  };

  test.each<[string, OutgoingHttpHeaders, Buffer?]>([
    ['a request', { ':path': '/facts' }],
    ['a file', { ':path': '/page.html' }],
    ['a big file', { ':path': '/big.txt' }],
    ['what is missing', { ':path': '/missing' }],
    ['a HEAD', { ':path': '/page.html', ':method': 'HEAD' }],
    ['an application', { ':path': '/app/x?y' }],
    ['a body', { ':path': '/app/x', ':method': 'POST' }, Buffer.alloc(300_000)],
    ['a body that nobody reads', { ':path': '/facts', ':method': 'POST' }, Buffer.alloc(300_000)],
    [
      'no answer but a head to a body that nobody reads',
      { ':path': '/nothing', ':method': 'POST' },
      Buffer.alloc(300_000),
    ],
    ['a big answer to a body that nobody reads', { ':path': '/big.txt' }, Buffer.alloc(300_000)],
  ])('%s', async (_, headers, body) => {
    const [theirs, ours] = await both(async (session) => [await ask(session, headers, body)]);
    expect(ours).toEqual(theirs);
  });

  const times = (name: string, count: number): OutgoingHttpHeaders => ({ [name]: Array<string>(count).fill('1') });

  test.each<[string, OutgoingHttpHeaders]>([
    ['a thousand headers', times('x', 1000)],
    ['one more', times('x', 1001)],
    ['a thousand, and some that are ignored', { ...times('x', 1000), x_y: '1', 'x.y': ['1', '2'] }],
    ['a name with an underscore', { x_y: '1', 'x-y': '2' }],
    ['a name with a dot', { 'x.y': '1' }],
    ['a name with a mark', { 'x!y': '1' }],
    ['a cookie in pieces, and a thousand headers', { ...times('x', 1000), cookie: ['a=1', 'b=2', 'c=3'] }],
  ])('%s', async (_, headers) => {
    await pair.newErrors('info');
    const [theirs, ours] = await both(async (session) => [
      await ask(session, { ':path': '/app/', ...headers }),
      await ask(session, { ':path': '/cookies', ...headers }),
    ]);
    expect(ours).toEqual(theirs);
    const [theirLines, ourLines] = await pair.newErrors('info');
    expect(ourLines).toEqual(theirLines);
  });

  test('several requests at once, and one more', async () => {
    const [theirs, ours] = await both(async (session) => {
      const paths = ['/facts', '/page.html', '/app/1', '/app/2', '/missing'];
      const first = await Promise.all(paths.map((path) => ask(session, { ':path': path })));
      return [...first, await ask(session, { ':path': '/facts' })];
    });
    expect(ours).toEqual(theirs);
  });

  test('a client that speaks HTTP/1.1 is let go, and the log says why', async () => {
    await pair.newErrors('info');
    const talk = (port: number): Promise<string> =>
      new Promise((resolve) => {
        const socket = connectPlain(port, '127.0.0.1');
        let text = '';
        socket.on('data', (bytes) => (text += bytes.toString('latin1')));
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(text));
        socket.write(get('/facts'));
      });
    const answers = await Promise.all(pair.others.map(talk));
    expect(answers.some((text) => text.includes('HTTP/1.1'))).toBe(false);
    const [theirs, ours] = await pair.newErrors('info');
    expect(ours).toEqual(theirs);
    expect(ours.join()).toContain('invalid connection preface while processing HTTP/2 connection');
  });
});

describe('http2 on', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'http2-on-'));
  const closing: { close(): void }[] = [];
  let port = 0;

  beforeAll(async () => {
    const file = path.join(folder, 'nginx.conf');
    const server = `server { listen 127.0.0.1:18080; http2 on; location / { return 200 ${FACTS}; } }`;
    writeFileSync(file, `error_log stderr crit; events { } http { access_log off; ${server} }`);
    const configuration = buildConfiguration({ file, prefix: folder, modules });
    const engine = new Engine(configuration, {});
    const listening = await openListener(configuration.listeners[0]!, () => engine, { port: 0 });
    port = (listening.address() as { port: number }).port;
    closing.push(listening, { close: () => engine.stop() });
  });
  afterAll(() => {
    for (const each of closing) each.close();
    rmSync(folder, { recursive: true });
  });

  test('a client that begins with HTTP/2 gets HTTP/2', async () => {
    const session = connect(`http://127.0.0.1:${port}`);
    const answer = await ask(session, { ':path': '/' });
    session.destroy();
    expect(answer).toBe('200 HTTP/2.0 h2c|http|one.test|GET||200 0');
  });

  test.each([1, 7])('any other gets HTTP/1.1, whole or in pieces of %i bytes', async (size) => {
    const text = await new Promise<string>((resolve) => {
      const socket = connectPlain(port, '127.0.0.1');
      let seen = '';
      socket.setNoDelay(true);
      socket.on('data', (bytes) => (seen += bytes.toString('latin1')));
      socket.on('close', () => resolve(seen));
      const request = get('/');
      for (let at = 0; at < request.length; at += size) socket.write(request.slice(at, at + size));
    });
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*HTTP\/1\.1 \|http\|one\.test\|GET\|\|200$/);
  });
});
