import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkedReader } from './response-body.ts';
import { readResponseHead } from './response-head.ts';

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
    ['HTTP/1.1 200 OK\r\nbad header\r\n\r\n', 'upstream sent invalid header'],
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
          let at = 0;
          while (!reader.complete && at < bytes.length) {
            const end = Math.min(bytes.length, at + (sizes.next().value as number));
            at = reader.read(bytes, at, end, (from, to) => void got.push(bytes.subarray(from, to)));
          }
          expect(Buffer.concat(got)).toEqual(Buffer.concat(chunks));
          expect(bytes.subarray(at).toString()).toBe('MORE');
        },
      ),
    );
  });

  test.each(['x\r\n', '1\r\nab\r\n', '-1\r\n', `${'f'.repeat(20)}\r\n`])('%j is broken', (text) => {
    const reader = new ChunkedReader();
    reader.read(Buffer.from(text), 0, text.length, () => undefined);
    expect(reader.broken).toBe(true);
  });
});
