import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkedReader } from './response-body.ts';
import { HeadReader, readResponseHead } from './response-head.ts';

describe('the head of a response', () => {
  test('is known only when it is complete, and ends where the body begins', () => {
    const text = 'HTTP/1.1 404 Not Here\r\nContent-Length: 3\r\nX-A:  b \r\n\r\nabc';
    const end = text.indexOf('abc');
    for (let cut = 0; cut < end; cut++) expect(readResponseHead(text.slice(0, cut))).toBeUndefined();
    const head = readResponseHead(text);
    expect(head).toMatchObject({ status: 404, reason: 'Not Here', contentLength: 3, end, close: false });
    expect(head).toHaveProperty('headers', ['Content-Length', '3', 'X-A', 'b']);
  });

  test.each([
    ['SSH-2.0-OpenSSH\r\n', 'upstream sent no valid HTTP/1.0 header'],
    ['HTTP/1.1 200 OK\r\nbad header\r\n\r\n', 'upstream sent invalid header: "bad\\x20..."'],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time',
    ],
    [
      'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
      'upstream sent invalid "Content-Length" header: "Content-Length: -1"',
    ],
  ])('%j is refused', (text, problem) => {
    expect(readResponseHead(text)).toEqual({ problem });
  });
});

test('a head is understood alike from its text alone and beside its bytes, wherever those begin', () => {
  const piece = fc.constantFrom(
    'A',
    'a-b',
    'X-Accel-Limit',
    'Content-Length',
    'Transfer-Encoding',
    'Connection',
    'ETag',
  );
  const value = fc.constantFrom(
    '',
    '1',
    '12',
    'x',
    'chunked',
    'close',
    'keep-alive',
    ' two ',
    'a:b',
    '\0',
    'a\rb',
    '9'.repeat(16),
  );
  const line = fc
    .tuple(
      piece,
      fc.constantFrom(':', ': ', ':  ', '', ' ', '\x7f'),
      value,
      fc.constantFrom('\r\n', '\n', '\r\r\n', ''),
    )
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), fc.constantFrom('\r\n', '\n', ''), fc.nat(3), (lines, end, base) => {
      const text = `HTTP/1.1 200 OK\r\n${lines.join('')}${end}body`;
      const plain = readResponseHead(text);
      const quick = readResponseHead(text, Buffer.from('-'.repeat(base) + text, 'latin1'), base);
      expect(quick).toEqual(plain);
      if (plain !== undefined && !('problem' in plain)) expect(quick).toHaveProperty('headers', plain.headers);
    }),
    { numRuns: 2000 },
  );
});

test('a head is found behind interim ones, however it is cut', () => {
  const interim = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n';
  const text = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n';
  const bytes = Buffer.from(`${interim}${text}body`);
  for (let size = 1; size <= bytes.length; size++) {
    const reader = new HeadReader();
    let at = 0;
    for (; at < bytes.length; at += size) {
      const piece = bytes.subarray(at, at + size);
      const head = reader.read(piece, piece.length, 4096);
      if (head === undefined) continue;
      expect(head).toMatchObject({ status: 200, contentLength: 4, end: text.length });
      break;
    }
    expect(at + reader.bodyStart).toBe(interim.length + text.length);
  }
});

describe('a chunked body', () => {
  test('gives the same bytes however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 5 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 20 })),
        (chunks, sizes) => {
          const framed = chunks.flatMap((chunk) => [
            Buffer.from(`${chunk.length.toString(16)};x=y\r\n`),
            chunk,
            Buffer.from('\r\n'),
          ]);
          const bytes = Buffer.concat([...framed, Buffer.from('0\r\nTrailer: z\r\n\r\nMORE')]);
          const reader = new ChunkedReader();
          const got: Buffer[] = [];
          for (let at = 0; at < bytes.length; ) {
            expect(reader.surplus).toBe(false);
            const end = Math.min(bytes.length, at + (sizes.next().value as number));
            got.push(bytes.subarray(at, reader.read(bytes, at, end)));
            at = end;
            if (reader.complete) break;
          }
          expect(Buffer.concat(got)).toEqual(Buffer.concat(chunks));
          expect(reader.complete).toBe(true);
        },
      ),
    );
  });

  test('knows that more has come than belongs to it', () => {
    const bytes = Buffer.from('2\r\nab\r\n0\r\n\r\nMORE');
    const reader = new ChunkedReader();
    expect(bytes.subarray(0, reader.read(bytes, 0, bytes.length)).toString()).toBe('ab');
    expect(reader.surplus).toBe(true);
  });

  test.each(['x\r\n', '1\r\nab\r\n', '-1\r\n', `${'f'.repeat(20)}\r\n`])('%j is broken', (text) => {
    const reader = new ChunkedReader();
    reader.read(Buffer.from(text), 0, text.length);
    expect(reader.broken).toBe(true);
  });
});
