import fc from 'fast-check';

const METHODS = [
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PATCH',
  'PROPFIND',
  'A-B',
  'get',
  'G_T',
];
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/0.9',
  'HTTP/2.0',
  'HTTP/1.',
  'HTTP/01.1',
  'HTTP/1.10',
  '',
];
const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', ' \r\n'];
const HOSTS = [
  'a.test',
  'A.TEST',
  'b.test',
  'a.test:80',
  'a.test.',
  '',
  '[::1]',
  '[::1]:80',
  '127.0.0.1',
  'a.test:x',
  'a..test',
  'a/test',
  'a test',
  'a%41',
  '[::1',
  '..',
  'a\0',
  'é',
];
const LENGTHS = [
  '0',
  '3',
  '03',
  '+3',
  '-1',
  '3, 3',
  '3 ',
  ' 3',
  '0x3',
  '3.0',
  '',
  '2049',
  '99999999999999999999',
  '4',
  '9223372036854775807',
];
const CODINGS = [
  'chunked',
  'Chunked',
  'chunked ',
  '\tchunked',
  'identity',
  'gzip, chunked',
  'chunked, chunked',
  'xchunked',
  'chunked;q=1',
  '"chunked"',
  '',
];
const NAMES = [
  'X-A',
  'x_a',
  'Cookie',
  'Connection',
  'Expect',
  'Upgrade',
  'TE',
  'Trailer',
  'Range',
  'If-None-Match',
  'X A',
  'X-A ',
  '',
  'X:A',
  'X-\0',
  'Ä',
  'Keep-Alive',
  'Proxy-Connection',
  'X-Forwarded-For',
  'Accept-Encoding',
  'Content-Type',
];
const VALUES = [
  '1',
  'close',
  'keep-alive',
  'Keep-Alive, close',
  'h2c',
  'trailers',
  'a=b; c=d',
  '',
  ' ',
  '\t1',
  'é',
  'a\0b',
  'bytes=0-1',
  '*',
  'a\rb',
  '1 2  3 ',
];
const PIECES = [
  '/',
  'p',
  'static',
  '.',
  '..',
  '%2F',
  '%2e',
  '%00',
  '%',
  '%4',
  '%zz',
  '?',
  '#',
  '&',
  '=',
  ' ',
  '+',
  ';',
  ':',
  '@',
  '//',
  '\\',
  'é',
  '\x7f',
  '\x01',
  '*',
  '"',
  '<',
  "'",
  '{',
  '~',
  '%C3%A9',
  'a.b',
];
const SCHEMES = [
  '',
  '',
  '',
  '',
  'http://a.test',
  'http://b.test',
  'HTTP://a.test:80',
  'https://a.test',
  'http://',
  'http:/',
  'http://a.test:',
  'http://u@a.test',
  'ftp://a.test',
  'http://[::1]',
  '//a.test',
  'http://a.test?x',
];

const one = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const mostly = (usual: string, rare: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: rare });

const target = fc
  .tuple(one(SCHEMES), mostly('/', fc.constant('')), fc.array(one(PIECES), { maxLength: 6 }))
  .map(([scheme, slash, pieces]) => `${scheme}${slash}${pieces.join('')}`);
const requestLine = fc
  .tuple(
    mostly('', one(['\r\n', '\n', ' ', '\r', '\r\n\r\n'])),
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom('GET', 'POST') }, { weight: 1, arbitrary: one(METHODS) }),
    mostly(' ', one(['  ', '\t', ''])),
    target,
    mostly(' ', one(['  ', '\t', ''])),
    one(VERSIONS),
    mostly('\r\n', one(ENDS)),
  )
  .map((parts) => parts.join(''));
const field = fc
  .tuple(one(NAMES), mostly(': ', one([':', ' : ', '\t:', ':\t', ''])), one(VALUES), mostly('\r\n', one(ENDS)))
  .map((parts) => parts.join(''));
const folded = one(['X-F: a\r\n b\r\n', 'X-F: a\r\n\tb\r\n', ' X-F: a\r\n', '\r\n', ':\r\n']);
const host = fc
  .tuple(mostly('a.test', one(HOSTS)), mostly('\r\n', one(ENDS)))
  .map(([name, end]) => `Host: ${name}${end}`);
const padding = fc.integer({ min: 900, max: 2200 }).map((size) => `X-Pad: ${'x'.repeat(size)}\r\n`);

const chunk = fc
  .tuple(
    mostly(
      '3',
      one([
        '0',
        '1',
        '03',
        '3 ',
        '3;a=b',
        '3;',
        ' 3',
        '+3',
        '-3',
        '0x3',
        'g',
        '',
        '7fffffffffffffff',
        'ffffffffffffffffff',
        '3\t',
        '3;"\r\n"',
      ]),
    ),
    mostly('\r\n', one(ENDS)),
    mostly('abc', one(['', 'ab', 'abcd', 'a\0c', '\r\n\r'])),
    mostly('\r\n', one(ENDS)),
  )
  .map((parts) => parts.join(''));
// A chunk that is larger than the body may be is never whole: nginx judges the bytes in their order, and we may see first
// what is wrong after it.
const lastChunk = one([
  'fffff\r\nabc',
  '7fffffffffffffa\r\nabc',
  '0\r\n\r\n',
  '0\r\n\r\n',
  '0\r\n\r\n',
  '0\r\nX-T: 1\r\n\r\n',
  '00\r\n\r\n',
  '0;a\r\n\r\n',
  '0\r\n',
  '0\n\n',
  '',
  '0\r\nX T\r\n\r\n',
  '0\r\n\r\r\n',
]);
const chunkedBody = fc
  .tuple(fc.array(chunk, { maxLength: 3 }), lastChunk)
  .map(([chunks, last]) => chunks.join('') + last);
const framing = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ fields: '', body: '' }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(one(LENGTHS), one(['abc', '', 'abcd']))
      .map(([length, body]) => ({ fields: `Content-Length: ${length}\r\n`, body })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(mostly('chunked', one(CODINGS)), chunkedBody)
      .map(([coding, body]) => ({ fields: `Transfer-Encoding: ${coding}\r\n`, body })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(one(LENGTHS), one(CODINGS), fc.boolean(), chunkedBody).map(([length, coding, first, body]) => {
      const fields = [`Content-Length: ${length}\r\n`, `Transfer-Encoding: ${coding}\r\n`];
      return { fields: (first ? fields : fields.reverse()).join(''), body };
    }),
  },
);

const request = fc
  .tuple(
    requestLine,
    fc.array(
      fc.oneof({ weight: 6, arbitrary: field }, { weight: 1, arbitrary: folded }, { weight: 1, arbitrary: padding }),
      { maxLength: 3 },
    ),
    fc.oneof(
      { weight: 6, arbitrary: host },
      { weight: 1, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.tuple(host, host).map((two) => two.join('')) },
    ),
    framing,
    mostly('\r\n', one(ENDS)),
  )
  .map(([line, fields, name, { fields: frame, body }, end]) => `${line}${name}${fields.join('')}${frame}${end}${body}`);

/** One byte taken out, put in or put twice, somewhere. */
const flaw = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  how: fc.constantFrom('out', 'in', 'twice', 'cut'),
  byte: fc.oneof(fc.constantFrom(0, 9, 10, 13, 32, 58, 127, 255), fc.integer({ min: 0, max: 255 })),
});

function flawed(bytes: string, { at, how, byte }: { at: number; how: string; byte: number }): string {
  const place = Math.floor(at * bytes.length);
  const [before, after] = [bytes.slice(0, place), bytes.slice(place)];
  if (how === 'out') return before + after.slice(1);
  if (how === 'in') return before + String.fromCharCode(byte) + after;
  if (how === 'twice') return before + after.slice(0, 1) + after;
  return before;
}

/** What a client might send on one connection: one to three requests, most of them nearly right, as latin1 bytes. */
export const requests: fc.Arbitrary<string> = fc
  .tuple(fc.array(request, { minLength: 1, maxLength: 3 }), fc.array(flaw, { maxLength: 2 }))
  .map(([sent, flaws]) => flaws.reduce(flawed, sent.join('')));
