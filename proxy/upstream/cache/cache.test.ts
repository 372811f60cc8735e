import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../testing/until.ts';
import { CachedRequest, type CacheUse } from './cached-request.ts';
import type { Duties } from './duties.ts';
import { decodeEntryHead, type EntryFacts, encodeEntryHead } from './entry.ts';
import { freshnessOf, validTime } from './freshness.ts';
import { digestOf, pathOf } from './keys.ts';
import { CacheManager } from './manager.ts';
import type { KeptFile } from './reports.ts';
import { EntryWriter } from './writer.ts';
import { type CachePath, CacheZone } from './zone.ts';

const USE: CacheUse = { minUses: 1, lock: false, lockTimeout: 5000, lockAge: 5000 };
const HEAD = 'HTTP/1.1 200 OK\r\n\r\n';
const NOW = 1_000_000;
const FACTS = { validSec: NOW + 10, updatingSec: 0, errorSec: 0, date: NOW, lastModified: -1, etag: '', vary: '' };

/** There is no other process. */
const ALONE: Duties = { take: () => true, count: () => 1, free() {} };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function zone(wish: Partial<CachePath> = {}): CacheZone {
  return new CacheZone({
    folder,
    name: 'one',
    levels: [1, 2],
    keysSize: 1024 * 1024,
    inactive: 600_000,
    maxSize: Number.POSITIVE_INFINITY,
    minFree: 0,
    useTempPath: true,
    managerFiles: 100,
    managerSleep: 1,
    loaderFiles: 100,
    loaderSleep: 1,
    ...wish,
  });
}

/** Bytes that the smallest file takes. */
const block = (): number => statfsSync(folder).bsize;

const request = (of: CacheZone, key: string, use = USE, headers: string[] = []): CachedRequest =>
  new CachedRequest(of, key, use, headers, ALONE);

function store(of: CacheZone, key: string, body: string, facts = FACTS, headers: string[] = []): void {
  const cached = request(of, key, USE, headers);
  cached.open(NOW);
  cached.store(facts, HEAD).write(Buffer.from(body));
  cached.commit();
  cached.close();
}

function bodyOf(of: CacheZone, key: string, headers: string[] = []): string | undefined {
  const cached = request(of, key, USE, headers);
  const found = cached.open(NOW);
  const body = cached.reader?.body?.toString();
  cached.close();
  return found === 'fresh' ? body : undefined;
}

const filesIn = (top: string): string[] =>
  readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));

describe('files of a cache', () => {
  test('lie where nginx would put them', () => {
    expect(pathOf('b7f54b2df7773722d382f4809d65029c', [1, 2])).toBe('c/29/b7f54b2df7773722d382f4809d65029c');
    store(zone(), 'http://app/', 'hello');
    const digest = digestOf('http://app/');
    expect(filesIn(folder)).toEqual([path.join(folder, pathOf(digest, [1, 2]))]);
  });

  test('are found by the next process', () => {
    store(zone(), 'a', 'hello');
    expect(bodyOf(zone(), 'a')).toBe('hello');
  });

  test('are whole or not there: a write that was cut off leaves no answer', async () => {
    const cached = request(zone(), 'a');
    cached.open(NOW);
    cached.store(FACTS, HEAD).write(Buffer.from('half of it'));
    expect(filesIn(folder)).toHaveLength(1);
    expect(bodyOf(zone(), 'a')).toBeUndefined();
    cached.release();
    expect(filesIn(folder)).toEqual([]);
  });

  test('left behind by a process that was killed are removed at the next start, those of a living one are not', async () => {
    const dead = path.join(folder, `${digestOf('a')}.4194304.1.tmp`);
    const alive = path.join(folder, `${digestOf('a')}.${process.pid}.1.tmp`);
    const other = path.join(folder, 'notes.txt');
    for (const file of [dead, alive, other]) writeFileSync(file, 'x');
    const manager = new CacheManager(zone());
    manager.start();
    await until('the leftover is gone', () => !existsSync(dead));
    manager.stop();
    expect(existsSync(alive)).toBe(true);
    expect(existsSync(other)).toBe(true);
  });

  test('that were cut short are no answers', () => {
    store(zone(), 'a', 'hello');
    const [file] = filesIn(folder);
    truncateSync(file!, statSync(file!).size - 1);
    expect(bodyOf(zone(), 'a')).toBeUndefined();
  });

  test('of any bytes are read without harm', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        decodeEntryHead(Buffer.from(bytes), bytes.length);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(), fc.nat(1000), (key, validSec, length) => {
        const latin1 = Buffer.from(key).toString('latin1');
        const facts: EntryFacts = { ...FACTS, validSec, variant: 'v', etag: latin1 };
        const head = encodeEntryHead(latin1, facts, HEAD, length);
        const read = decodeEntryHead(head, head.length + length);
        expect(read).toEqual({ facts, key: latin1, head: HEAD, bodyLength: length, bodyStart: head.length });
      }),
    );
  });

  test('of another key with the same name are no answer', () => {
    const one = zone();
    store(one, 'a', 'hello');
    new EntryWriter(one.file(digestOf('a')), 1, 'b', { ...FACTS, variant: '' }, HEAD).commit();
    expect(bodyOf(one, 'a')).toBeUndefined();
  });
});

describe('the manager', () => {
  test('keeps below max_size in whole blocks, and removes what was asked for longest ago', async () => {
    const small = zone({ maxSize: 3 * block() + 100 });
    for (const key of ['a', 'b', 'c', 'd']) store(small, key, 'x'.repeat(100));
    bodyOf(small, 'a');
    const manager = new CacheManager(small);
    manager.start();
    await until('it is small enough', () => filesIn(folder).length === 2);
    manager.stop();
    expect(['a', 'b', 'c', 'd'].filter((key) => bodyOf(small, key) !== undefined)).toEqual(['a', 'd']);
    expect(small.size).toBe(2 * block());
  });

  test('keeps below max_size with files from before', async () => {
    const before = zone();
    for (const key of ['a', 'b', 'c', 'd']) store(before, key, 'x'.repeat(100));
    const manager = new CacheManager(zone({ maxSize: 2 * block() }));
    manager.start();
    await until('one is left', () => filesIn(folder).length === 1);
    manager.stop();
  });

  test('goes by what all workers tell, in whatever order they come to tell it', async () => {
    const [one, other] = [zone(), zone()];
    const keys = ['a', 'b', 'c', 'd'];
    for (const key of keys) store(one, key, 'x'.repeat(100));
    const index = zone({ maxSize: 3 * block() });
    const manager = new CacheManager(index);
    const now = Date.now();
    const kept = (of: CacheZone, key: string, last: number): KeptFile => {
      expect(bodyOf(of, key)).toBeDefined();
      return [digestOf(key), of.nodes.get(digestOf(key))!.size, last];
    };
    manager.heard([kept(other, 'a', now - 100)]);
    manager.heard([...keys.map((key, i) => kept(one, key, now - 1000 + i)), [digestOf('gone'), 500, now]]);
    await until('it knows all files that are there', () => index.size === 4 * block());
    await manager.shrink();
    expect(keys.filter((key) => existsSync(one.file(digestOf(key))))).toEqual(['a', 'd']);
    expect([...index.nodes.keys()].sort()).toEqual([digestOf('a'), digestOf('d')].sort());
  });

  test('removes what nobody asked for', async () => {
    const brief = zone({ inactive: 1 });
    store(brief, 'a', 'hello');
    await new Promise((go) => setTimeout(go, 5));
    const manager = new CacheManager(brief);
    manager.start();
    await until('it is gone', () => filesIn(folder).length === 0);
    manager.stop();
    expect(brief.size).toBe(0);
  });
});

describe('an answer that is kept in memory', () => {
  test('is read anew when another process has stored another one', async () => {
    const one = zone();
    const other = new CacheZone(one.path);
    store(one, 'a', 'first');
    expect([bodyOf(one, 'a'), bodyOf(one, 'a')]).toEqual(['first', 'first']);
    store(other, 'a', 'newer');
    // Requests of one turn of the event loop came before that.
    await new Promise(setImmediate);
    expect([bodyOf(one, 'a'), bodyOf(one, 'a')]).toEqual(['newer', 'newer']);
  });

  test('gives way at once to what this process stores', () => {
    const one = zone();
    store(one, 'a', 'first');
    expect([bodyOf(one, 'a'), bodyOf(one, 'a')]).toEqual(['first', 'first']);
    store(one, 'a', 'newer');
    expect(bodyOf(one, 'a')).toBe('newer');
  });

  test('is gone with its file', () => {
    const one = zone();
    store(one, 'a', 'first');
    expect(bodyOf(one, 'a')).toBe('first');
    for (const file of filesIn(one.path.folder)) rmSync(file);
    expect(bodyOf(one, 'a')).toBeUndefined();
  });

  test('is good for longer once it was found unchanged', () => {
    const one = zone();
    store(one, 'a', 'first');
    const cached = request(one, 'a');
    cached.open(NOW);
    cached.renew({ ...FACTS, validSec: NOW + 1000, variant: '' });
    cached.close();
    expect(request(one, 'a').open(NOW + 900)).toBe('fresh');
  });
});

describe('requests for the same answer', () => {
  test('wait for the one that fetches it, and get what it stored', async () => {
    const one = zone();
    const locked = { ...USE, lock: true };
    const first = request(one, 'a', locked);
    const second = request(one, 'a', locked);
    expect(first.open(NOW)).toBe('missing');
    expect(second.open(NOW)).toBe('wait');
    const woken = new Promise<void>((go) => second.wait(go));
    first.store(FACTS, HEAD).write(Buffer.from('hello'));
    first.commit();
    await woken;
    expect(second.open(NOW)).toBe('fresh');
    expect(second.reader!.body!.toString()).toBe('hello');
  });

  test('take over when it comes to nothing', async () => {
    const one = zone();
    const locked = { ...USE, lock: true };
    const [first, second] = [request(one, 'a', locked), request(one, 'a', locked)];
    first.open(NOW);
    second.open(NOW);
    const woken = new Promise<void>((go) => second.wait(go));
    first.release();
    await woken;
    expect(second.open(NOW)).toBe('missing');
  });

  test('go on by themselves when it takes too long', async () => {
    const one = zone();
    const impatient = { ...USE, lock: true, lockTimeout: 10 };
    const [first, second] = [request(one, 'a', impatient), request(one, 'a', impatient)];
    first.open(NOW);
    let found = second.open(NOW);
    while (found === 'wait') {
      await new Promise<void>((go) => second.wait(go));
      found = second.open(NOW);
    }
    expect(found).toBe('scarce');
  });

  test('have their own variant', () => {
    const one = zone();
    const vary = { ...FACTS, vary: 'Accept-Language' };
    store(one, 'a', 'english', vary, ['Accept-Language', 'en']);
    store(one, 'a', 'deutsch', vary, ['accept-language', 'de']);
    expect(bodyOf(one, 'a', ['Accept-Language', 'en'])).toBe('english');
    expect(bodyOf(one, 'a', ['Accept-Language', ' de '])).toBe('deutsch');
    expect(bodyOf(one, 'a', [])).toBeUndefined();
  });

  test('find the keys zone bounded', () => {
    const narrow = zone({ keysSize: 8192 });
    for (let i = 0; i < 500; i++) request(narrow, String(i)).open(NOW);
    expect(narrow.nodes.size).toBeGreaterThan(64);
    const released = zone({ keysSize: 8192 });
    for (let i = 0; i < 500; i++) {
      const cached = request(released, String(i));
      cached.open(NOW);
      cached.close();
    }
    expect(released.nodes.size).toBe(64);
  });
});

describe('how long an answer is kept', () => {
  const of = (...headers: string[]) => freshnessOf(headers, new Set(), NOW);

  test.each([
    [['Cache-Control', 'max-age=60, stale-while-revalidate=30'], { validSec: NOW + 60, updatingSec: 30, errorSec: 30 }],
    [['Cache-Control', 'max-age=60, stale-if-error=5'], { validSec: NOW + 60, updatingSec: 0, errorSec: 5 }],
    [['Cache-Control', 'MAX-AGE=60'], { validSec: NOW + 60 }],
    [['Cache-Control', 'max-age=x'], { cacheable: false }],
    [['Cache-Control', 'max-age=60, stale-if-error=x'], { cacheable: false }],
    [['X-Accel-Expires', 'x'], { cacheable: true, validSec: 0 }],
    [['Vary', 'x'.repeat(129)], { cacheable: false }],
    [['ETag', '"a"', 'Last-Modified', 'Tue, 02 Jan 2024 03:04:05 GMT'], { etag: '"a"', lastModified: 1_704_164_645 }],
  ])('%j', (headers, expected) => {
    expect(of(...headers)).toMatchObject(expected);
  });

  test('is what proxy_cache_valid says, the first that fits', () => {
    const times = [
      { status: 404, seconds: 1 },
      { status: 0, seconds: 5 },
      { status: 200, seconds: 9 },
    ];
    expect([404, 200, 500].map((status) => validTime(times, status))).toEqual([1, 5, 5]);
    expect(validTime([], 200)).toBe(0);
  });
});
