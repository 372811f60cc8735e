import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkedDecoder, IncomingBody } from './incoming-body.ts';
import { allHeaders, DEFAULT_HEAD_LIMITS, headerOf, parseRequestHead } from './request-head.ts';
import { parseRequestUri } from './request-uri.ts';

const parse = (text: string) => parseRequestHead(text, 0, DEFAULT_HEAD_LIMITS);
const token = fc.stringMatching(/^[A-Za-z][A-Za-z-]{0,10}$/).map((name) => `X-${name}`);
const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);

describe('the head of a request', () => {
  test('is read with its headers, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(token, value), { maxLength: 8 }), (headers) => {
        const text = `GET /a?b HTTP/1.1\r\nHost: h\r\n${headers.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\nrest`;
        const head = parse(text);
        expect(head).toBeDefined();
        if (head === undefined || 'status' in head) throw new Error('refused');
        expect(allHeaders(head)).toEqual(['Host', 'h', ...headers.flat()]);
        expect(text.slice(head.end)).toBe('rest');
      }),
    );
  });

  test('is incomplete at every length but its own', () => {
    const text = 'POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n';
    for (let length = 0; length < text.length; length++) expect(parse(text.slice(0, length))).toBeUndefined();
    expect(parse(text)).toMatchObject({ method: 'POST', target: '/x', contentLength: 3, end: text.length });
  });

  test.each([
    ['GET /a HTTP/1.1', { method: 'GET', target: '/a', version: '1.1' }],
    ['GET  /a  HTTP/1.1', { method: 'GET', target: '/a', version: '1.1' }],
    ['PROPFIND /a HTTP/1.1', { method: 'PROPFIND', target: '/a', version: '1.1' }],
    ['GETS /a HTTP/1.1', { method: 'GETS', target: '/a', version: '1.1' }],
    ['GET /a HTTP/1.0', { method: 'GET', target: '/a', version: '1.0' }],
    ['GET /a HTTP/1.1 ', { method: 'GET', target: '/a', version: '1.1' }],
    ['GET http://h:1/a?b HTTP/1.1', { method: 'GET', target: '/a?b', authority: 'h:1' }],
    ['GET /a b HTTP/1.1', { status: 400 }],
    ['GET /a\x01 HTTP/1.1', { status: 400 }],
    ['GET a HTTP/1.1', { status: 400 }],
    ['GET/a HTTP/1.1', { status: 400 }],
    ['GET HTTP/1.1', { status: 400 }],
    [' HTTP/1.1', { status: 400 }],
  ])('%j is read as it should be', (line, expected) => {
    expect(parse(`${line}\r\nHost: h\r\n\r\n`)).toMatchObject(expected);
  });

  test.each(['A: b\0c', 'A: b\rc', 'A\0: b', 'A: \0', 'A: b\r\rc'])('%j is no header', (line) => {
    expect(parse(`GET / HTTP/1.1\r\nHost: h\r\n${line}\r\n\r\n`)).toMatchObject({ status: 400 });
    expect(parse(`GET / HTTP/1.1\r\nHost: h\r\nB: c\r\n\r\n${line}`)).toMatchObject({ method: 'GET' });
  });

  test('gives the first of several headers, and all of those that go together', () => {
    const head = parse(
      'GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\na: 2\r\nCookie: x\r\nCookie: y\r\nX-Forwarded-For: 1\r\nx-forwarded-for: 2\r\n\r\n',
    );
    if (head === undefined || 'status' in head) throw new Error('refused');
    expect(headerOf(head, 'a')).toBe('1');
    expect(headerOf(head, 'cookie')).toBe('x; y');
    expect(headerOf(head, 'x-forwarded-for')).toBe('1, 2');
    expect(headerOf(head, 'b')).toBeUndefined();
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => void parse(text)));
  });
});

describe('a request target', () => {
  test('that is taken as it is would not be changed by the long way', () => {
    const piece = fc.constantFrom('/', '//', '/.', '/..', '.', 'a', 'b.c', '%41', '%', '?', 'x=1', '#', ':', '~', '\\');
    let understood = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const target = `/${pieces.join('')}`;
        const head = parse(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
        const uri = parseRequestUri(target);
        if (head === undefined || 'status' in head) {
          expect(uri).toBeUndefined();
          return;
        }
        understood++;
        expect(head.target).toBe(target);
        expect(head.uri).toEqual(uri);
      }),
      { numRuns: 500 },
    );
    expect(understood).toBeGreaterThan(20);
  });

  test.each([
    ['/a/b', '/a/b', ''],
    ['/a//b', '/a/b', ''],
    ['/a/./b/../c', '/a/c', ''],
    ['/a/..', '/', ''],
    ['/a%2Fb%3Fc', '/a/b?c', ''],
    ['/a%2e%2e/b', '/a../b', ''],
    ['/x/%2e%2e/b', '/b', ''],
    ['/a?b#c', '/a', 'b'],
    ['/a#b?c', '/a', ''],
    ['/?a=%zz', '/', 'a=%zz'],
  ])('%s is %s', (target, path, args) => {
    expect(parseRequestUri(target)).toEqual({ path, args });
  });

  test.each(['/..', '/a/../..', '/%00', '/%zz', '/%2e%2e/', '/%'])('%s is refused', (target) => {
    expect(parseRequestUri(target)).toBeUndefined();
  });
});

describe('a chunked body', () => {
  const encode = (pieces: readonly string[]): string =>
    `${pieces.map((piece) => `${piece.length.toString(16)};x=y\r\n${piece}\r\n`).join('')}0\r\nTrailer: t\r\n\r\n`;

  test('is the same however reads split it', () => {
    const piece = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 20 })), (pieces, cuts) => {
        const bytes = Buffer.from(`${encode(pieces)}next`, 'latin1');
        const source = { bodyRead() {}, bodyWanted() {}, bodyFull() {}, bodyTooLarge() {}, bodyInvalid() {} };
        const body = new IncomingBody(undefined, source);
        let text = '';
        let ended = false;
        body.start(
          (chunk) => {
            text += chunk.toString('latin1');
          },
          () => {
            ended = true;
          },
          () => expect.unreachable(),
        );
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          if (body.complete) break;
          at += body.receive(bytes.subarray(at, Math.min(bytes.length, at + cut)));
        }
        expect(text).toBe(pieces.join(''));
        expect(ended).toBe(true);
        expect(bytes.subarray(at).toString()).toBe('next');
      }),
    );
  });

  test.each(['zz\r\n', '\r\n', '5\r\nabcdeX', '-1\r\n', '8000000000000000\r\n'])('%j is refused', (text) => {
    const taken = new ChunkedDecoder().feed(
      Buffer.from(text),
      () => true,
      () => {},
    );
    expect(taken).toBe(-1);
  });
});
