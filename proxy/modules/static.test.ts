import { renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparable, nginxMissing, SideBySide } from '../testing/side-by-side.ts';

const HTTP = `
  access_log off;
  types { text/html html; text/plain txt; }
  server {
    listen 127.0.0.1:PORT; root FOLDER/html;
    location /plain/ { alias FOLDER/html/; }
    location /cached/ { alias FOLDER/html/; open_file_cache max=10; }
    location /other-type/ { alias FOLDER/html/; types { } default_type a/b; }
    location /varies/ { alias FOLDER/html/; add_header X-Query $arg_q; }
    location ~ ^/captured/(?<file>.+)\\.[a-z]+$ { alias FOLDER/html/$file.txt; }
    location /last { add_header X-Last yes; return 204; }
  }`;

const get = (target: string, more = ''): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const LAST = get('/last', 'Connection: close\r\n');

/** Requests over one connection for a file that is kept after the first of them. */
const SEQUENCES: Readonly<Record<string, string>> = {
  'the same again and again': get('/plain/a.txt').repeat(4),
  'conditions in between': [
    get('/plain/a.txt').repeat(3),
    get('/plain/a.txt', 'If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT\r\n'),
    get('/plain/a.txt', 'If-None-Match: "x"\r\n'),
    get('/plain/a.txt'),
  ].join(''),
  'ranges in between': [
    get('/plain/a.txt').repeat(3),
    get('/plain/a.txt', 'Range: bytes=2-4\r\n'),
    get('/plain/a.txt', 'Range: bytes=0-1,3-4\r\n'),
    get('/plain/a.txt', 'Range: bytes=90-\r\n'),
    get('/plain/a.txt'),
  ].join(''),
  'HEAD in between': `${get('/plain/a.txt').repeat(3)}HEAD /plain/a.txt HTTP/1.1\r\nHost: a\r\n\r\n${get('/plain/a.txt')}`,
  'one file at several places': `${get('/plain/a.txt')}${get('/cached/a.txt')}${get('/other-type/a.txt')}`.repeat(3),
  'a header that differs each time': [1, 1, 1, 2, 2, 3].map((q) => get(`/varies/a.txt?q=${q}`)).join(''),
  'one file under names of different types': `${get('/captured/a.html')}${get('/captured/a.txt')}`.repeat(3),
  'a big one, whole and in part': [
    get('/plain/big.txt').repeat(2),
    get('/plain/big.txt', 'Range: bytes=199990-199999,5-9\r\n'),
    get('/plain/big.txt', 'Range: bytes=-7\r\n'),
    'HEAD /plain/big.txt HTTP/1.1\r\nHost: a\r\n\r\n',
    get('/cached/big.txt').repeat(2),
  ].join(''),
  'HTTP/1.0': `${get('/plain/a.txt').repeat(3)}GET /plain/a.txt HTTP/1.0\r\n\r\n`,
};

describe.skipIf(nginxMissing !== undefined)('files that are kept', () => {
  let pair: SideBySide;
  beforeAll(async () => {
    pair = await SideBySide.start(HTTP, {
      'a.txt': 'some words\n',
      'big.txt': Buffer.alloc(200_000, 'some words\n'),
      'changing.txt': 'before\n',
      'gone.txt': 'here',
    });
  });
  afterAll(() => pair.stop());

  test.each(Object.entries(SEQUENCES))('%s', async (_, requests) => {
    const [theirs, ours] = await pair.send(requests + LAST);
    expect(comparable(ours)).toBe(comparable(theirs));
    expect(comparable(ours)).toContain('some words');
  });

  test('a change shows in the next answer', async () => {
    const file = path.join(pair.folder, 'html/changing.txt');
    await pair.send(get('/plain/changing.txt').repeat(3) + LAST);
    const { atime, mtime } = statSync(file);
    writeFileSync(`${file}.new`, 'behind\n');
    utimesSync(`${file}.new`, atime, mtime);
    renameSync(`${file}.new`, file);
    const [theirs, ours] = await pair.send(get('/plain/changing.txt').repeat(3) + LAST);
    expect(comparable(ours)).toBe(comparable(theirs));
    expect(ours.text.match(/behind/g)).toHaveLength(3);
  });

  test('a file that went is 404', async () => {
    const file = path.join(pair.folder, 'html/gone.txt');
    await pair.send(get('/plain/gone.txt').repeat(3) + LAST);
    renameSync(file, `${file}.away`);
    const [theirs, ours] = await pair.send(get('/plain/gone.txt') + LAST);
    expect(comparable(ours)).toBe(comparable(theirs));
    expect(ours.text).toContain('404 Not Found');
  });
});
