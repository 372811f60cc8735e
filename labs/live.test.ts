import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { LabResult } from '../grader/result.ts';
import { checkLab } from '../grader/run/index.ts';
import { openTarget } from '../grader/target/index.ts';
import { labs } from './catalog.ts';
import { Balancer, PlainCatalog } from './testing/plain-catalog.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function check(number: number, url: string, signal?: AbortSignal): Promise<LabResult> {
  const entry = labs.find((one) => one.number === number)!;
  const { default: lab } = await entry.load();
  return checkLab(lab, (ends) => openTarget({ kind: 'live', url }, lab, 7, ends), {
    folder: entry.folder,
    seed: 7,
    facts: { kind: 'live', location: url },
    ...(signal && { signal }),
  });
}

const outcomes = (result: LabResult) =>
  Object.fromEntries(result.objectives.map(({ id, outcome }) => [id.replace(/^lab\d+\./, ''), outcome]));

/** Two plain catalogs behind a balancer that gives `shares` of each round to the first and to the second. */
async function site(shares: readonly [number, number]): Promise<{ url: string; catalogs: PlainCatalog[] }> {
  const catalogs = [new PlainCatalog(), new PlainCatalog()];
  const [one, other] = await Promise.all(catalogs.map((catalog) => catalog.start()));
  const turns = [...Array<number>(shares[0]).fill(one!), ...Array<number>(shares[1]).fill(other!)];
  const balancer = new Balancer(turns);
  stops.push(() => balancer.stop(), ...catalogs.map((catalog) => () => catalog.stop()));
  return { url: `http://127.0.0.1:${await balancer.start()}`, catalogs };
}

const fresh = new PlainCatalog().films;

describe('a live balancer before applications that do not say who they are', () => {
  test('is measured by what they remember, and they remember nothing of it afterwards', async () => {
    const { url, catalogs } = await site([1, 1]);
    const result = await check(3, url);
    expect(outcomes(result)).toEqual({
      'both-backends': 'passed',
      'even-distribution': 'passed',
      'keeps-working': 'skipped',
      'no-duplicates': 'skipped',
      returns: 'skipped',
      keepalive: 'skipped',
    });
    expect(result).toMatchObject({ outcome: 'passed', score: { earned: 60, possible: 60 } });
    expect(result.objectives.at(-1)?.because).toContain('applications behind this server');
    for (const { films } of catalogs) expect(films).toEqual(fresh);
  });

  test.for([
    [[2, 1], 'even-distribution'],
    [[3, 2], 'even-distribution'],
    [[1, 0], 'both-backends'],
  ] as const)('of %j fails', async ([shares, failed]) => {
    const { url, catalogs } = await site(shares);
    const result = await check(3, url);
    expect(result.outcome).toBe('failed');
    expect(outcomes(result)[failed]).toBe('failed');
    for (const { films } of catalogs) expect(films).toEqual(fresh);
  });

  test('leaves nothing behind when it is interrupted at the worst moment', async () => {
    const { url, catalogs } = await site([1, 1]);
    const stop = new AbortController();
    for (const catalog of catalogs) catalog.onPost = () => stop.abort(new Error('interrupted'));
    const result = await check(3, url, stop.signal);
    expect(result.outcome).toBe('error');
    for (const { films } of catalogs) expect(films).toEqual(fresh);
  });
});

test('what can be seen of the other labs from outside is graded, the rest is skipped with its reason', async () => {
  const { url } = await site([1, 1]);
  const second = await check(2, url);
  expect(second).toMatchObject({ outcome: 'passed', score: { earned: 60, possible: 60 } });
  const fourth = await check(4, url);
  expect(outcomes(fourth)).toMatchObject({
    posters: 'failed',
    'missing-poster': 'skipped',
    'app-still-there': 'passed',
  });
  const first = await check(1, url);
  expect(outcomes(first)).toMatchObject({ answers: 'passed', 'welcome-page': 'failed', 'content-types': 'skipped' });
  for (const { objectives } of [first, second, fourth])
    for (const { outcome, because } of objectives)
      if (outcome === 'skipped') expect(because).toMatch(/can't be checked|needs lab/);
});

test('names, limits and caches are looked at from outside as far as they can be', async () => {
  const { url } = await site([1, 1]);
  expect(outcomes(await check(6, url))).toEqual({
    catalog: 'passed',
    'back-office': 'failed',
    posters: 'failed',
    'unknown-host': 'failed',
    spelling: 'skipped',
  });
  const limits = outcomes(await check(7, url));
  expect(limits).toMatchObject({ limited: 'failed', burst: 'skipped', 'downloads-at-once': 'skipped' });
  const cache = await check(8, url);
  expect(new Set(cache.objectives.map(({ outcome }) => outcome))).toEqual(new Set(['skipped']));
});

/** A site that packs answers of these types for who asks for it. */
async function packing(types: RegExp): Promise<string> {
  const { url } = await site([1, 1]);
  const server = createServer(async (asked, answer) => {
    const isPoster = asked.url?.startsWith('/poster/') === true;
    const behind = isPoster ? undefined : await fetch(`${url}${asked.url}`);
    const type = behind?.headers.get('content-type') ?? 'image/jpeg';
    const body = behind === undefined ? Buffer.alloc(2_000, 'jpeg') : Buffer.from(await behind.arrayBuffer());
    const packed = types.test(type) && asked.headers['accept-encoding'] === 'gzip';
    const coding = packed ? { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' } : {};
    answer.writeHead(behind?.status ?? 200, { 'Content-Type': type, ...coding });
    answer.end(packed ? gzipSync(body) : body);
  });
  stops.push(() => server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('of lab 11, compression can be seen from outside', async () => {
  const right = await check(11, await packing(/json/));
  expect(outcomes(right)).toMatchObject({ compression: 'passed', workers: 'skipped', reload: 'skipped' });
  expect(right.outcome).toBe('passed');
  const pictures = await check(11, await packing(/json|jpeg/));
  expect(outcomes(pictures)).toMatchObject({ compression: 'failed' });
  const { url } = await site([1, 1]);
  expect(outcomes(await check(11, url))).toMatchObject({ compression: 'failed' });
});

describe('an address that cannot be asked is said to be so', () => {
  const message = async (number: number, url: string) => {
    const { startup, outcome } = await check(number, url);
    expect(outcome).toBe('failed');
    expect(startup.ok).toBe(false);
    return startup.messages[0]?.text;
  };

  test('nobody listens, or the name has no address', async () => {
    expect(await message(2, 'http://127.0.0.1:1')).toBe(
      'http://127.0.0.1:1 could not be reached: connection refused: nothing listens there',
    );
    expect(await message(2, 'http://no-such-host.invalid')).toContain('the host name has no address');
  });

  test('https where there is none, or where the lab is about http', async () => {
    const { url } = await site([1, 1]);
    const secure = url.replace('http:', 'https:');
    expect(await message(5, secure)).toMatch(/speaks no HTTPS \(TLS: .*\); is it http:/);
    expect(await message(2, secure)).toContain('lab 2 is about plain HTTP');
  });

  test('an IPv6 address is one like any other', async () => {
    const server = createServer((_, answer) => answer.end('here'));
    stops.push(() => server.close());
    const listens = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(0, '::1', () => resolve(true));
    });
    if (!listens) return;
    const { port } = server.address() as AddressInfo;
    expect(outcomes(await check(1, `http://[::1]:${port}`))).toMatchObject({ answers: 'passed' });
  });
});
