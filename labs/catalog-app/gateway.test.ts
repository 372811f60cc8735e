import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningApplication } from './application.ts';
import type { Film } from './films.ts';
import { startCatalog } from './serve.ts';

type Parameters = Readonly<Record<string, string>>;

/** All that comes back until the application closes, or `done` says that it is enough. The bytes go out one by one when `slowly`. */
function talk(
  { port }: RunningApplication,
  bytes: Buffer,
  { slowly = false, done = (_: Buffer): boolean => false } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => {
      if (!slowly) return void socket.write(bytes);
      socket.setNoDelay(true);
      for (const byte of bytes) socket.write(Buffer.of(byte));
    });
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece);
      if (done(Buffer.concat(pieces))) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(pieces)));
  });
}

const word = (size: number): Buffer => Buffer.of(size & 255, size >> 8);

function uwsgi(parameters: Parameters, body = ''): Buffer {
  const all = Object.entries({ ...parameters, CONTENT_LENGTH: body === '' ? '' : String(body.length) });
  const texts = all.flat().flatMap((text) => [word(text.length), Buffer.from(text)]);
  const packet = Buffer.concat(texts);
  return Buffer.concat([Buffer.of(0), word(packet.length), Buffer.of(0), packet, Buffer.from(body)]);
}

const record = (type: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.of(1, type, 0, 1, content.length >> 8, content.length & 255, 3, 0), content, Buffer.alloc(3)]);

function fastcgi(parameters: Parameters, body = '', keep = false): Buffer {
  const length = (text: string): Buffer => {
    if (text.length < 128) return Buffer.of(text.length);
    const four = Buffer.alloc(4);
    four.writeUInt32BE((text.length | 0x80000000) >>> 0);
    return four;
  };
  const pairs = Object.entries(parameters).map(([name, value]) =>
    Buffer.concat([length(name), length(value), Buffer.from(name + value)]),
  );
  const stdin = body === '' ? [] : [record(5, Buffer.from(body.slice(0, 5))), record(5, Buffer.from(body.slice(5)))];
  return Buffer.concat([
    record(1, Buffer.of(0, 1, keep ? 1 : 0, 0, 0, 0, 0, 0)),
    record(4, Buffer.concat(pairs)),
    record(4, Buffer.alloc(0)),
    ...stdin,
    record(5, Buffer.alloc(0)),
  ]);
}

/** What an answer's records hold: stdout, and the types of all of them. */
function unwrapped(bytes: Buffer): { text: string; types: number[] } {
  const types: number[] = [];
  const stdout: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8 + bytes.readUInt16BE(at + 4) + bytes[at + 6]!) {
    types.push(bytes[at + 1]!);
    if (bytes[at + 1] === 6) stdout.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt16BE(at + 4)));
  }
  return { text: Buffer.concat(stdout).toString(), types };
}

const status = { REQUEST_METHOD: 'GET', REQUEST_URI: '/status' };
const update = { REQUEST_METHOD: 'POST', REQUEST_URI: '/updatePopularity', CONTENT_TYPE: 'application/json' };

describe('the catalog by uwsgi', () => {
  let app: RunningApplication;
  beforeAll(async () => {
    app = await startCatalog({ port: 0, name: 'a', protocol: 'uwsgi' });
  });
  afterAll(() => app.close());
  const ask = async (parameters: Parameters, body?: string, slowly = false): Promise<string> =>
    (await talk(app, uwsgi(parameters, body), { slowly })).toString();

  test('answers with a head of HTTP, as uWSGI does, and closes', async () => {
    const answer = await ask(status);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\nContent-Length: 2\r\n(.*\r\n)*\r\nOK$/);
  });

  test('however the request is cut', async () => {
    expect(await ask({ ...status, HTTP_X_A: 'b' }, '', true)).toMatch(/^HTTP\/1\.1 200.*\r\n\r\nOK$/s);
  });

  test('takes path and query apart when there is no REQUEST_URI', async () => {
    const answer = await ask({ REQUEST_METHOD: 'GET', PATH_INFO: '/discover', QUERY_STRING: 'type=tv&genre=18' });
    const films = JSON.parse(answer.split('\r\n\r\n')[1]!) as Film[];
    expect(films.length).toBeGreaterThan(10);
    expect(films.every((film) => film.genre_ids.includes(18))).toBe(true);
  });

  test('takes a body', async () => {
    expect(await ask(update, '{"id": 1', true)).toMatch(/^HTTP\/1\.1 400/);
  });

  test('knows type and length of a body by their own names alone', async () => {
    const names = {
      CONTENT_TYPE: 'text/x-a',
      HTTP_CONTENT_TYPE: 'text/x-b',
      HTTP_CONTENT_LENGTH: '9',
      HTTP_X_FILM: '7',
    };
    const answer = await ask({ ...status, REQUEST_URI: '/whoami', ...names });
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!).headers).toEqual({ 'Content-Type': 'text/x-a', 'X-Film': '7' });
  });

  test('sends no body for HEAD', async () => {
    expect(await ask({ ...status, REQUEST_METHOD: 'HEAD' })).toMatch(/\r\n\r\n$/);
  });
});

test.each(['uwsgi', 'fastcgi'] as const)('by %s other protocols get no answer', async (protocol) => {
  const app = await startCatalog({ port: 0, name: 'c', protocol });
  try {
    const other = protocol === 'uwsgi' ? fastcgi(status) : uwsgi(status);
    for (const bytes of [Buffer.from('GET / HTTP/1.0\r\n\r\n'), other]) expect((await talk(app, bytes)).length).toBe(0);
  } finally {
    await app.close();
  }
});

describe('the catalog by FastCGI', () => {
  let app: RunningApplication;
  beforeAll(async () => {
    app = await startCatalog({ port: 0, name: 'b', protocol: 'fastcgi' });
  });
  afterAll(() => app.close());

  test('answers in records and closes', async () => {
    const { text, types } = unwrapped(await talk(app, fastcgi(status)));
    expect(text).toMatch(/^Status: 200 OK\r\n.*\r\n\r\nOK$/s);
    expect(types).toEqual([6, 6, 3]);
  });

  test('however the request is cut, with long values and a body', async () => {
    const bytes = fastcgi({ ...update, HTTP_X_LONG: 'x'.repeat(300) }, '{"id": 1');
    expect(unwrapped(await talk(app, bytes, { slowly: true })).text).toMatch(/^Status: 400/);
  });

  test('keeps a connection when it is asked to', async () => {
    const twice = Buffer.concat([fastcgi(status, '', true), fastcgi({ ...status, REQUEST_URI: '/nowhere' }, '', true)]);
    const done = (bytes: Buffer): boolean => unwrapped(bytes).types.filter((type) => type === 3).length === 2;
    expect(unwrapped(await talk(app, twice, { done })).text).toMatch(/Status: 200.*Status: 404/s);
  });
});
