import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { got, type OptionsInit } from 'got';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningApplication } from './application.ts';
import type { Film } from './films.ts';
import { startBackOffice, startCatalog } from './serve.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

type Asked = Pick<OptionsInit, 'method' | 'headers' | 'body'>;

async function ask({ port }: RunningApplication, path: string, asked: Asked = {}): Promise<Answer> {
  const options = { throwHttpErrors: false, retry: { limit: 0 }, followRedirect: false } as const;
  const { statusCode, headers, body } = await got(`http://127.0.0.1:${port}${path}`, { ...options, ...asked });
  return { status: statusCode, headers, text: body };
}

const update = (to: RunningApplication, body: string) =>
  ask(to, '/updatePopularity', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
const filmsOf = (answer: Answer) => JSON.parse(answer.text) as Film[];

describe('the catalog', () => {
  let a: RunningApplication;
  let b: RunningApplication;
  beforeAll(async () => {
    [a, b] = await Promise.all([startCatalog({ port: 0, name: 'a' }), startCatalog({ port: 0, name: 'b' })]);
  });
  afterAll(() => Promise.all([a.close(), b.close()]));

  it('says who it is on every answer', async () => {
    for (const path of ['/', '/status', '/discover', '/nowhere', '/updatePopularity']) {
      expect((await ask(b, path)).headers['x-catalog-instance']).toBe('b');
    }
    expect((await ask(a, '/')).text).toContain('instance a');
  });

  it('answers OK at /status', async () => {
    const answer = await ask(a, '/status');
    expect([answer.status, answer.text]).toEqual([200, 'OK']);
  });

  it('lists only what was asked for, at most 20', async () => {
    const dramas = filmsOf(await ask(a, '/discover?type=tv&genre=18'));
    expect(dramas.length).toBeGreaterThan(10);
    expect(dramas.length).toBeLessThanOrEqual(20);
    expect(dramas.every((film) => film.genre_ids.includes(18) && film.id >= 5000)).toBe(true);
    expect(filmsOf(await ask(a, '/discover?genre=424242'))).toEqual([]);
  });

  it('shows 20 different films at random without a genre', async () => {
    const samples = await Promise.all([1, 2, 3].map(async () => filmsOf(await ask(a, '/discover?type=movie'))));
    for (const films of samples) expect(new Set(films.map((film) => film.id)).size).toBe(20);
    expect(new Set(samples.map((films) => films.map((film) => film.id).join())).size).toBeGreaterThan(1);
  });

  it('refuses an unknown type with a JSON error', async () => {
    for (const query of ['type=radio', 'type=', 'genre=drama']) {
      const answer = await ask(a, `/discover?${query}`);
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toHaveProperty('error');
    }
  });

  it('keeps a new popularity, and keeps it to itself', async () => {
    const [film] = filmsOf(await ask(a, '/discover?type=movie&genre=37'));
    const answer = await update(a, JSON.stringify({ movieId: String(film!.id), popularity: 123.5 }));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ message: expect.any(String), new_popularity: 123.5 });
    const shown = async (by: RunningApplication) =>
      filmsOf(await ask(by, '/discover?type=movie&genre=37')).find(({ id }) => id === film!.id)!.popularity;
    expect(await shown(a)).toBe(123.5);
    expect(await shown(b)).toBe(film!.popularity);
  });

  it.each([
    ['an unknown id', '{"movieId":"0","popularity":5}'],
    ['no popularity', '{"movieId":"1001"}'],
    ['no id', '{"popularity":5}'],
    ['a popularity that is no number', '{"movieId":"1001","popularity":"high"}'],
    ['null for a popularity', '{"movieId":"1001","popularity":null}'],
    ['an array', '[]'],
    ['broken JSON', '{"movieId":'],
    ['nothing', ''],
  ])('refuses %s with 400 and says why', async (_, body) => {
    const answer = await update(a, body);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toMatch(/\w+/);
  });

  it('takes a body of 512 KiB, and answers 413 beyond 8 MiB', async () => {
    const padded = (size: number) => `{"movieId":"1001","popularity":7,"note":"${'x'.repeat(size)}"}`;
    expect((await update(a, padded(512 * 1024))).status).toBe(200);
    expect((await update(a, padded(9 * 1024 * 1024))).status).toBe(413);
  });

  it('has its own page for what it does not know, and names the methods a path takes', async () => {
    const missing = await ask(a, '/poster/x.jpg');
    expect([missing.status, JSON.parse(missing.text).error]).toEqual([404, 'The catalog has no page /poster/x.jpg.']);
    expect((await ask(a, '/toString')).status).toBe(404);
    const wrong = await ask(a, '/updatePopularity');
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'POST']);
    expect((await ask(a, '/discover', { method: 'DELETE' })).status).toBe(405);
  });

  it('repeats at /whoami what arrived, letter by letter', async () => {
    const socket = connect(a.port, '127.0.0.1');
    socket.write(
      'GET /whoami?x=1&y=%20 HTTP/1.1\r\nHost: catalog.test\r\nX-Real-IP: 192.0.2.7\r\nConnection: close\r\n\r\n',
    );
    const answer = await text(socket);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toEqual({
      instance: 'a',
      method: 'GET',
      path: '/whoami',
      query: { x: '1', y: ' ' },
      headers: { Host: 'catalog.test', 'X-Real-IP': '192.0.2.7', Connection: 'close' },
      remoteAddress: '127.0.0.1',
    });
  });

  it('answers HEAD without a body', async () => {
    const answer = await ask(a, '/status', { method: 'HEAD' });
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, '', '2']);
  });

  it('holds conversations at /live, and nowhere else', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${a.port}/live`);
    const answers = new Promise<string[]>((resolve, reject) => {
      const heard: string[] = [];
      socket.onopen = () => socket.send('1001');
      socket.onerror = () => reject(new Error('no WebSocket'));
      socket.onmessage = ({ data }) => {
        heard.push(String(data));
        if (heard.length === 1) socket.send('x'.repeat(300));
        else socket.close();
      };
      socket.onclose = () => resolve(heard);
    });
    const [film, unknown] = await answers;
    expect(JSON.parse(film!)).toMatchObject({ instance: 'a', id: 1001, popularity: expect.any(Number) });
    expect(JSON.parse(unknown!).error).toContain('x'.repeat(300));
    const elsewhere = new WebSocket(`ws://127.0.0.1:${a.port}/status`);
    expect(await new Promise((resolve) => (elsewhere.onerror = () => resolve('refused')))).toBe('refused');
    expect((await ask(a, '/live')).status).toBe(426);
  });

  it('refuses to start on a port that is taken', async () => {
    await expect(startCatalog({ port: a.port, name: 'c' })).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('the back office', () => {
  it('shows its pages, reports numbers, and does not echo markup', async () => {
    const office = await startBackOffice({ port: 0, name: 'office' });
    try {
      expect((await ask(office, '/')).headers['content-type']).toBe('text/html; charset=utf-8');
      expect((await ask(office, '/status')).text).toBe('OK');
      expect((await ask(office, '/admin/')).text).toContain('Administration');
      expect(JSON.parse((await ask(office, '/report')).text)).toEqual({ instance: 'office', films: 62, series: 62 });
      const missing = await ask(office, '/<script>');
      expect(missing.status).toBe(404);
      expect(missing.text).not.toContain('<script>');
      expect((await ask(office, '/report', { method: 'POST' })).status).toBe(405);
    } finally {
      await office.close();
    }
  });
});
