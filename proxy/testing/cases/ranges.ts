import { type CaseFile, get } from '../case-file.ts';

const range = (value: string, path = '/digits.txt', more = ''): string => get(path, `Range: ${value}\r\n${more}`);
const SINCE = 'Tue, 02 Jan 2024 03:04:05 GMT';
const values = [
  'bytes=- 1',
  'bytes=7-6',
  'bytes=1-0',
  'bytes=0 - 1 , 3 - 4',
  'bytes=0-0',
  'bytes=0-',
  'bytes=-1',
  'bytes=-0',
  'bytes=-100',
  'bytes=19-19',
  'bytes=19-',
  'bytes=20-',
  'bytes=20-30',
  'bytes=5-2',
  'bytes=0-99',
  'bytes=',
  'bytes',
  'bytes=-',
  'bytes=--1',
  'bytes=1',
  'bytes=a-b',
  'bytes=0-1,',
  'bytes=,0-1',
  'bytes=0-1,,2-3',
  'bytes=0-1, 4-5',
  'bytes= 0-1',
  'bytes=0 -1',
  'bytes=0- 1',
  'bytes=0-1 ,4-5',
  'bytes=0-1;4-5',
  'Bytes=0-1',
  'BYTES=0-1',
  'octets=0-1',
  'bytes =0-1',
  'bytes=0-1,4-5',
  'bytes=4-5,0-1',
  'bytes=0-5,3-8',
  'bytes=0-9,10-19',
  'bytes=0-19,0-19',
  'bytes=0-18,0-1',
  'bytes=0-1,99-100',
  'bytes=99-100,0-1',
  'bytes=99-100,100-101',
  'bytes=-5,0-1',
  'bytes=0-1,-1',
  'bytes=18446744073709551615-',
  'bytes=0-18446744073709551616',
  'bytes=0-9223372036854775807',
  'bytes=9223372036854775808-',
  'bytes=-9223372036854775808',
  'bytes=00-01',
  'bytes=+0-1',
  'bytes=0-1-2',
  'bytes=0-1 x',
  'bytes=\t0-1',
  'bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6',
  'bytes=0-9,0-9,0-9',
  'bytes=0-9,0-8',
  'bytes=0-9,0-9',
];

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#max_ranges',
  http: `
    types { text/plain txt; text/html html; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /none/ { alias FOLDER/html/; max_ranges 0; }
      location /one/ { alias FOLDER/html/; max_ranges 1; }
      location /two/ { alias FOLDER/html/; max_ranges 2; }
      location /charset/ { alias FOLDER/html/; charset utf-8; }
      location /gzip/ { alias FOLDER/html/; gzip on; gzip_types text/plain; gzip_min_length 1; }
      location /headers/ { alias FOLDER/html/; add_header X-A a; add_trailer X-B b; expires 1h; }
      location /etag-off/ { alias FOLDER/html/; etag off; }
      location /text { return 200 "0123456789"; }
      location /empty { return 204; }
      location /app/ { proxy_pass http://127.0.0.1:APP; }
      location /force/ { proxy_pass http://127.0.0.1:APP; proxy_force_ranges on; }
      location /error/ { error_page 404 /digits.txt; }
      location /sub/ { alias FOLDER/html/; sub_filter 5 five; sub_filter_types text/plain; }
      location /add/ { alias FOLDER/html/; add_after_body /text; }
      location /ssi/ { alias FOLDER/html/; ssi on; ssi_types text/plain; }
      location /slow/ { alias FOLDER/html/; limit_rate 100k; }
    }`,
  files: {
    'digits.txt': '01234567890123456789',
    'empty.txt': '',
    'large.txt': 'abcdefghij'.repeat(30_000),
    'page.html': 'a page',
  },
  app: (request, response) => {
    const { searchParams: query, pathname } = new URL(request.url!, 'http://app');
    if (query.has('ranges')) response.setHeader('Accept-Ranges', query.get('ranges')!);
    if (query.has('etag')) response.setHeader('ETag', query.get('etag')!);
    if (query.has('date')) response.setHeader('Last-Modified', query.get('date')!);
    response.setHeader('Content-Type', 'text/plain');
    response.setHeader('X-Range', request.headers.range ?? '-');
    if (query.has('status')) response.statusCode = Number(query.get('status'));
    if (query.has('partial')) {
      response.writeHead(206, { 'Content-Range': 'bytes 0-4/10', 'Content-Length': 5 });
      response.end('01234');
    } else if (pathname.endsWith('chunked')) {
      response.write('01234');
      response.end('56789');
    } else {
      response.setHeader('Content-Length', 10);
      response.end('0123456789');
    }
  },
  requests: {
    ...Object.fromEntries(values.map((value) => [`Range: ${value}`, range(value)])),
    'a HEAD': range('bytes=0-1').replace('GET', 'HEAD'),
    'a HEAD with two': range('bytes=0-1,3-4').replace('GET', 'HEAD'),
    'a HEAD beyond the end': range('bytes=99-').replace('GET', 'HEAD'),
    'a POST': range('bytes=0-1').replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n'),
    'HTTP/1.0': 'GET /digits.txt HTTP/1.0\r\nRange: bytes=0-1,3-4\r\n\r\n',
    'two headers': range('bytes=0-1', '/digits.txt', 'Range: bytes=5-6\r\n'),
    'an empty file': [
      range('bytes=0-0', '/empty.txt'),
      range('bytes=-1', '/empty.txt'),
      range('bytes=0-', '/empty.txt'),
    ],
    'a large file': [
      range('bytes=299990-', '/large.txt'),
      range('bytes=100000-100004,200000-200004', '/large.txt'),
      range('bytes=-300000', '/large.txt'),
    ],
    'a large file, slowly': range('bytes=100000-100004,200000-200004,0-3', '/slow/large.txt'),
    'max_ranges 0': [range('bytes=0-1', '/none/digits.txt'), range('bytes=99-', '/none/digits.txt')],
    'max_ranges 1': [
      range('bytes=0-1', '/one/digits.txt'),
      range('bytes=0-1,3-4', '/one/digits.txt'),
      range('bytes=99-100,3-4', '/one/digits.txt'),
    ],
    'max_ranges 2': [range('bytes=0-1,3-4', '/two/digits.txt'), range('bytes=0-1,3-4,6-7', '/two/digits.txt')],
    'a charset in each part': [
      range('bytes=0-1,3-4', '/charset/digits.txt'),
      range('bytes=0-1', '/charset/digits.txt'),
    ],
    'compressed, no range': range('bytes=0-1', '/gzip/digits.txt', 'Accept-Encoding: gzip\r\n'),
    'headers of the location': [
      range('bytes=0-1', '/headers/digits.txt'),
      range('bytes=0-1,3-4', '/headers/digits.txt'),
      range('bytes=99-', '/headers/digits.txt'),
    ],
    'a text has none': range('bytes=0-1', '/text'),
    'no content': range('bytes=0-1', '/empty'),
    'an error page': range('bytes=0-1', '/error/x'),
    'a filter that changes the text': [
      range('bytes=0-1', '/sub/digits.txt'),
      range('bytes=0-1', '/add/digits.txt'),
      range('bytes=0-1', '/ssi/digits.txt'),
    ],
    'If-Range: the tag': range('bytes=0-1', '/digits.txt', 'If-Range: "65937d25-14"\r\n'),
    'If-Range: another tag': range('bytes=0-1', '/digits.txt', 'If-Range: "65937d25-15"\r\n'),
    'If-Range: a weak tag': range('bytes=0-1', '/digits.txt', 'If-Range: W/"65937d25-14"\r\n'),
    'If-Range: a tag, and no range': get('/digits.txt', 'If-Range: "65937d25-14"\r\n'),
    'If-Range: an open tag': range('bytes=0-1', '/digits.txt', 'If-Range: "65937d25-14\r\n'),
    'If-Range: a tag alone': range('bytes=0-1', '/digits.txt', 'If-Range: "\r\n'),
    'If-Range: empty': range('bytes=0-1', '/digits.txt', 'If-Range:\r\n'),
    'If-Range: the date': range('bytes=0-1', '/digits.txt', `If-Range: ${SINCE}\r\n`),
    'If-Range: a later date': range('bytes=0-1', '/digits.txt', 'If-Range: Wed, 03 Jan 2024 03:04:05 GMT\r\n'),
    'If-Range: an earlier date': range('bytes=0-1', '/digits.txt', 'If-Range: Mon, 01 Jan 2024 03:04:05 GMT\r\n'),
    'If-Range: no date': range('bytes=0-1', '/digits.txt', 'If-Range: yesterday\r\n'),
    'If-Range: a tag where there is none': range('bytes=0-1', '/etag-off/digits.txt', 'If-Range: "65937d25-14"\r\n'),
    'If-Range: the date where there is no tag': range('bytes=0-1', '/etag-off/digits.txt', `If-Range: ${SINCE}\r\n`),
    ...Object.fromEntries(
      [
        'Tue, 02 Jan 2024 03:04:05 GMT',
        'Tue, 02 Jan 2024 03:04:05',
        'Tue, 02 Jan 2024 03:04:05 CET',
        'x, 02 Jan 2024 03:04:05 GMT',
        ', 02 Jan 2024 03:04:05 GMT',
        'Tue,02 Jan 2024 03:04:05 GMT',
        'Tue,   02 Jan 2024 03:04:05 GMT',
        'Tue, 2 Jan 2024 03:04:05 GMT',
        'Tue, 02 jan 2024 03:04:05 GMT',
        'Tue, 02 Jxx 2024 03:04:05 GMT',
        'Tue, 02 Jax 2024 03:04:05 GMT',
        'Tuesday, 02-Jan-24 03:04:05 GMT',
        'Tue, 02-Jan-24 03:04:05 GMT',
        'Tuesday, 02-Jan-2024 03:04:05 GMT',
        'Tue Jan  2 03:04:05 2024',
        'Tue Jan 2 03:04:05 2024',
        'Tue Jan 02 03:04:05 2024',
        'Tue Jan  2 03:04:05 2024 GMT',
        'Tue, 32 Jan 2024 03:04:05 GMT',
        'Fri, 30 Feb 2024 03:04:05 GMT',
        'Tue, 02 Jan 2024 24:04:05 GMT',
        'Tue, 02 Jan 2024 3:04:05 GMT',
        '02 Jan 2024 03:04:05 GMT',
        '2024-01-02T03:04:05Z',
        'Jan 2, 2024 03:04:05 GMT',
        '1704164645',
        'Fri, 01 Jan 2100 00:00:00 GMT',
      ].map((date) => [
        `the date ${date}`,
        [
          get('/digits.txt', `If-Modified-Since: ${date}\r\n`),
          range('bytes=0-1', '/digits.txt', `If-Range: ${date}\r\n`),
          get('/digits.txt', `If-Unmodified-Since: ${date}\r\n`),
        ],
      ]),
    ),
    'a range and a condition': [
      range('bytes=0-1', '/digits.txt', `If-Modified-Since: ${SINCE}\r\n`),
      range('bytes=0-1', '/digits.txt', 'If-None-Match: "65937d25-14"\r\n'),
      range('bytes=0-1', '/digits.txt', 'If-Match: "x"\r\n'),
      range('bytes=0-1', '/digits.txt', 'If-Unmodified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r\n'),
    ],
    'an application that knows nothing of ranges': [range('bytes=0-1', '/app/x'), range('bytes=0-1', '/force/x')],
    'an application that says it has ranges': [
      range('bytes=0-1', '/app/x?ranges=bytes'),
      range('bytes=0-1,3-4', '/app/x?ranges=bytes'),
      range('bytes=0-1', '/app/x?ranges=none'),
    ],
    'an application that answers with a part': [
      range('bytes=0-4', '/app/x?partial'),
      range('bytes=0-1', '/force/x?partial'),
    ],
    'an application whose length is unknown': [
      range('bytes=0-1', '/app/chunked?ranges=bytes'),
      range('bytes=0-1', '/force/chunked'),
    ],
    'an application with an error': [
      range('bytes=0-1', '/force/x?status=404'),
      range('bytes=0-1', '/force/x?status=201'),
    ],
    'an application with a tag': [
      range('bytes=0-1', '/force/x?etag=%22a%22', 'If-Range: "a"\r\n'),
      range('bytes=0-1', '/force/x?etag=%22a%22', 'If-Range: "b"\r\n'),
      range('bytes=0-1', '/force/x?etag=W/%22a%22', 'If-Range: W/"a"\r\n'),
      range('bytes=0-1', `/force/x?date=${encodeURIComponent(SINCE)}`, `If-Range: ${SINCE}\r\n`),
      range('bytes=0-1', '/force/x', `If-Range: ${SINCE}\r\n`),
    ],
    'a range of an application beyond its end': range('bytes=99-', '/force/x'),
  },
  errorLog: 'error',
  configurations: {
    'a number that is none': 'max_ranges x;',
    twice: 'max_ranges 1; max_ranges 1;',
    negative: 'max_ranges -1;',
  },
} satisfies CaseFile;
