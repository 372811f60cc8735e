import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BodyReader } from '../response-body.ts';
import type { InvalidHead, ResponseHead } from '../response-head.ts';
import { readCgiHead } from './cgi-head.ts';
import { encodeFastcgiHead, fastcgiFraming } from './fastcgi.ts';
import { FastcgiAnswer } from './fastcgi-answer.ts';
import { encodeUwsgiHead } from './uwsgi.ts';

const record = (type: number, content: string, padding = 0, version = 1, id = 1): Buffer => {
  const head = Buffer.from([version, type, id >> 8, id & 255, content.length >> 8, content.length & 255, padding, 0]);
  return Buffer.concat([head, Buffer.from(content, 'latin1'), Buffer.alloc(padding)]);
};

describe('uwsgi', () => {
  test('writes sizes and variables', () => {
    expect(encodeUwsgiHead([['A', 'bc']])).toBe('\0\x07\0\0\x01\0A\x02\0bc');
    expect(encodeUwsgiHead([], 5, 6)).toBe('\x05\0\0\x06');
    expect(encodeUwsgiHead([], 0, 0, 'more')).toBe('\0\x04\0\0more');
  });

  test('refuses more than 65535 bytes', () => {
    expect(encodeUwsgiHead([['A', 'x'.repeat(65_530)]])).toHaveLength(65_539);
    expect(encodeUwsgiHead([['A', 'x'.repeat(65_531)]])).toEqual({ problem: 'uwsgi request is too big: 65536' });
  });
});

describe('a CGI head', () => {
  const status = (text: string, statusLine = false): unknown => {
    const head = readCgiHead(text, statusLine);
    return head === undefined || 'problem' in head ? head : [head.status, head.reason, head.end];
  };

  test.each([
    ['Status: 404 Not here\r\n\r\nbody', [404, 'Not here', 24]],
    ['Status: 404\n\n', [404, '', 13]],
    ['Location: /x\n\n', [302, undefined, 14]],
    ['A: b\r\n\r\n', [200, undefined, 8]],
    ['A: b\r\n', undefined],
    ['Status: no\r\n\r\n', { problem: 'upstream sent invalid status "no"' }],
  ])('%j', (text, expected) => expect(status(text)).toEqual(expected));

  test('may have a status line where the protocol allows one', () => {
    expect(status('HTTP/1.0 201 Made\r\nStatus: 404\r\n\r\n', true)).toEqual([201, 'Made', 34]);
    expect(status('HTTP/1.0 201 Made\r\n\r\n', false)).toEqual([200, undefined, 21]);
  });
});

/** Reads an answer in pieces: its head up to the empty line, and its body. */
class Reading {
  readonly logged: string[] = [];
  readonly #answer: FastcgiAnswer;
  head: ResponseHead | InvalidHead | undefined;
  reader: BodyReader | undefined;
  body = '';

  constructor(keepConnection = true, catchStderr: string[] = []) {
    const settings = { keepConnection, catchStderr, readHead: (text: string) => readCgiHead(text, false) };
    this.#answer = new FastcgiAnswer(settings, (_, message) => void this.logged.push(message));
  }

  /** Takes what comes in one read. */
  take(given: Buffer): void {
    const bytes = Buffer.from(given);
    let start = 0;
    if (this.reader === undefined) {
      this.head = this.#answer.read(bytes, bytes.length, 4096);
      if (this.head === undefined || 'problem' in this.head) return;
      this.reader = this.#answer.body(this.head, 'GET');
      start = this.#answer.bodyStart;
    }
    const stop = this.reader.read(bytes, start, bytes.length);
    this.body += bytes.toString('latin1', start, stop);
  }

  get problem(): string | undefined {
    return this.head !== undefined && 'problem' in this.head ? this.head.problem : this.reader?.problem;
  }
}

describe('FastCGI', () => {
  test('writes a request as the specification has it', () => {
    const head = Buffer.from(encodeFastcgiHead([['A', 'bc']], true) as string, 'latin1');
    expect(head.subarray(0, 16)).toEqual(Buffer.from([1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]));
    expect(head.subarray(16, 32).toString('latin1')).toBe('\x01\x04\0\x01\0\x05\x03\0\x01\x02Abc\0\0\0');
    expect(head.subarray(32)).toEqual(Buffer.from([1, 4, 0, 1, 0, 0, 0, 0]));
    expect(fastcgiFraming.end).toEqual(Buffer.from([1, 5, 0, 1, 0, 0, 0, 0]));
  });

  test('writes long values with four bytes of length', () => {
    const head = encodeFastcgiHead([['N', 'x'.repeat(300)]], false) as string;
    expect(head.slice(24, 30)).toBe('\x01\x80\0\x01,N');
  });

  test('refuses parameters that one record does not hold', () => {
    const problem = 'fastcgi request record is too big: 65536';
    expect(encodeFastcgiHead([['N', 'x'.repeat(65_530)]], false)).toEqual({ problem });
  });

  test('cuts a body of more than 32768 bytes into records', () => {
    const bytes = fastcgiFraming.wrap(Buffer.alloc(32_769, 'a'));
    expect(bytes.readUInt16BE(4)).toBe(32_768);
    expect(bytes.length).toBe(32_769 + 2 * 8 + 7);
  });

  test('reads an answer however it is cut', () => {
    const whole = Buffer.concat([
      record(6, 'Status: 200 OK\r\n', 3),
      record(7, 'oh no.\n'),
      record(6, '\r\nhel'),
      record(6, 'lo', 6),
      record(6, ''),
      record(3, '\0\0\0\0\0\0\0\0', 8),
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 8 }), (cuts) => {
        const reading = new Reading();
        const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
        for (let i = 1; i < places.length; i++) reading.take(whole.subarray(places[i - 1], places[i]));
        expect(reading.head).toMatchObject({ status: 200, headers: ['Status', '200 OK'] });
        expect([reading.body, reading.reader?.complete, reading.problem]).toEqual(['hello', true, undefined]);
        expect(reading.logged.join('')).toMatch(/^FastCGI sent in stderr: "o/);
      }),
    );
  });

  test('a connection that is not kept is done when stdout is', () => {
    const reading = new Reading(false);
    reading.take(Buffer.concat([record(6, 'A: b\n\nbody'), record(6, '')]));
    expect([reading.body, reading.reader?.complete, reading.reader?.reusable]).toEqual(['body', true, false]);
  });

  test('a kept connection is fit for another request when nothing follows', () => {
    const end = record(3, '\0\0\0\0\0\0\0\0');
    for (const [more, fit] of [
      [Buffer.alloc(0), true],
      [Buffer.alloc(1), false],
    ] as const) {
      const reading = new Reading();
      reading.take(Buffer.concat([record(6, 'A: b\n\nbody'), end, more]));
      expect([reading.reader?.complete, reading.reader?.reusable]).toEqual([true, fit]);
    }
  });

  test('Content-Length is held to', () => {
    const long = new Reading();
    long.take(record(6, 'Content-Length: 2\n\nabc'));
    expect([long.body, long.reader?.complete, long.reader?.surplus]).toEqual(['ab', true, true]);
    const short = new Reading();
    short.take(Buffer.concat([record(6, 'Content-Length: 2\n\na'), record(6, '')]));
    expect(short.problem).toBe('upstream prematurely closed FastCGI stdout');
  });

  test.each([
    [record(6, 'x', 0, 2), 'upstream sent unsupported FastCGI protocol version: 2'],
    [record(9, 'x'), 'upstream sent invalid FastCGI record type: 9'],
    [record(6, 'x', 0, 1, 256), 'upstream sent unexpected FastCGI request id high byte: 1'],
    [record(6, 'x', 0, 1, 2), 'upstream sent unexpected FastCGI request id low byte: 2'],
    [record(6, ''), 'upstream prematurely closed FastCGI stdout'],
    [record(3, 'x'), 'upstream sent unexpected FastCGI record: 3'],
    [record(7, 'this is bad'), ''],
  ])('says what is wrong with a record before the head', (bytes, problem) => {
    const reading = new Reading(true, ['bad']);
    reading.take(bytes);
    expect(reading.problem).toBe(problem);
  });
});
