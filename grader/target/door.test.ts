import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Lab } from '../lab.ts';
import { type OpenTarget, openTarget } from './index.ts';

const lab: Lab = {
  number: 6,
  name: 'x',
  title: 'x',
  objectives: [],
  predictions: [],
  applications: ['catalog', 'back-office'],
  tls: true,
  users: true,
  door: 'site',
};

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function open(configuration: string): Promise<OpenTarget> {
  const folder = await mkdtemp(join(tmpdir(), 'door-'));
  const path = join(folder, 'default.conf');
  await writeFile(path, configuration);
  const target = await openTarget(
    { kind: 'configuration', path, engine: 'reference' },
    lab,
    3,
    new AbortController().signal,
  );
  ends.push(
    () => target.close(),
    () => rm(folder, { recursive: true }),
  );
  expect(target.startup).toEqual({ ok: true, messages: [] });
  return target;
}

const secure = `server { listen 443 ssl; ssl_certificate /etc/nginx/certs/catalog.test.crt;
  ssl_certificate_key /etc/nginx/certs/catalog.test.key; location / { return 200 "$scheme $remote_addr $ssl_server_name"; } }`;

describe('requests of a lab go through the door of the site', () => {
  test('port 443, when port 80 sends everybody there', async () => {
    const { client } = await open(`server { listen 80; return 301 https://$host$request_uri; } ${secure}`);
    expect((await client.get('/')).text).toBe('https 127.0.0.1 catalog.test');
    expect((await client.get('/', { host: null })).text).toBe('https 127.0.0.1 ');
    expect((await client.get('/', { https: false })).status).toBe(301);
  });

  test('port 80, when the site is there, with HTTPS beside it or not', async () => {
    const { client } = await open(`server { listen 80; return 200 $scheme; } ${secure}`);
    expect((await client.get('/')).text).toBe('http');
  });
});

describe('a client', () => {
  const front = 'server { listen 80; proxy_buffering off; location / { proxy_pass http://127.0.0.1:8080; } }';

  test('sends from the address it is told to, where the system has several', async ({ skip }) => {
    const { client, world } = await open('server { listen 80; return 200 $remote_addr; }');
    skip(!world.has('client-addresses'), 'this system has one loopback address');
    const answers = [await client.get('/'), await client.get('/', { from: '127.0.0.2', connection: 'kept' })];
    expect(answers.map(({ text }) => text)).toEqual(['127.0.0.1', '127.0.0.2']);
    expect(answers[1]!.request.curl).toContain('--interface 127.0.0.2');
  });

  test('sends a volley at once, and knows when each was sent and answered', async () => {
    const { client, world } = await open(front);
    const catalog = world.application('catalog');
    const release = catalog.hold('/status');
    const volley = client.volley(Array.from({ length: 12 }, (_, i) => `/status?${i}`));
    const arrivals = () => catalog.seen.filter(({ target }) => target.startsWith('/status'));
    await expect.poll(() => arrivals().length).toBe(12);
    release();
    const answers = await volley;
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
    const arrived = Math.min(...arrivals().map(({ receivedAt }) => receivedAt));
    expect(Math.min(...answers.map(({ sentAt }) => sentAt))).toBeLessThanOrEqual(arrived);
    for (const { sentAt, answeredAt } of answers) expect(answeredAt).toBeGreaterThan(sentAt);
  });

  test('holds an answer of which it has read the head alone', async () => {
    const { client, world } = await open('server { listen 80; root /usr/share/nginx; }');
    await world.writeFile('poster', 'large.jpg', Buffer.alloc(8_000_000));
    const { response, close } = await client.hold('/poster/large.jpg');
    expect(response).toMatchObject({ status: 200, text: '' });
    expect(response.headers['content-length']).toBe('8000000');
    close();
  });
});

test('the users of /etc/nginx/htpasswd can come in, with the passwords of this run', async () => {
  const { client, world } = await open(
    'server { listen 80; auth_basic staff; auth_basic_user_file htpasswd; location / { proxy_pass http://127.0.0.1:9090; } }',
  );
  const [{ name, password }] = world.users as [{ name: string; password: string }];
  const authorization = (word: string) => ({ Authorization: `Basic ${Buffer.from(word).toString('base64')}` });
  expect((await client.get('/', { headers: authorization(`${name}:${password}`) })).status).toBe(200);
  expect((await client.get('/', { headers: authorization(`${name}:x${password}`) })).status).toBe(401);
  expect(world.application('back-office').seen.length).toBe(1);
});
