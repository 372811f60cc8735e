import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparable, nginxMissing, SideBySide } from '../testing/side-by-side.ts';

const HTTP = `
  log_format plain '$remote_addr "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $arg_q';
  log_format json escape=json '{"uri":"$uri","agent":"$http_user_agent","none":"$http_none"}';
  access_log LOGS/access.log plain;
  types { text/html html; text/css css; image/jpeg jpg; application/json json; }
  default_type application/octet-stream;
  server {
    listen 127.0.0.1:PORT; server_name one.test;
    root FOLDER/html;
    location /json-log/ { access_log LOGS/json.log json; access_log LOGS/access.log plain; return 200 ok; }
    location /no-log/ { access_log off; return 200 ok; }
    location /text { return 200 "host=$host uri=$uri args=$args"; }
    location /teapot { return 418 "short"; }
    location /empty { return 204; }
    location /gone { return 410; }
    location /moved { return 301 https://$host$request_uri; }
    location /path-moved { return 302 /elsewhere; }
    location /closed { return 444; }
    location /rewrite/ {
      rewrite ^/rewrite/last/(.*)$ /text/$1 last;
      rewrite ^/rewrite/break/(.*)$ /$1 break;
      rewrite ^/rewrite/permanent/(.*)$ /to/$1 permanent;
      rewrite ^/rewrite/redirect/(.*)$ http://other.test/$1? redirect;
      rewrite ^/rewrite/args/(.*)$ /text?a=$1 last;
      return 404;
    }
    location /cycle { rewrite ^ /cycle last; }
    location /if {
      set $answer none;
      if ($arg_x = 1) { set $answer one; }
      if ($arg_x ~* "^(t.)o$") { set $answer "two-$1"; }
      if ($request_method = POST) { return 405; }
      if ($http_cookie) { add_header X-Cookie yes; }
      return 200 $answer;
    }
    location /files/ { alias FOLDER/html/sub/; }
    location ~ ^/re/(.+)$ { alias FOLDER/html/$1; }
    location /try/ { try_files $uri $uri/ /sub/page.html; }
    location /try-status/ { try_files $uri =404; }
    location /try-named/ { try_files $uri @named; }
    location @named { return 200 "named $uri"; }
    location /error/ { error_page 404 /sub/page.html; }
    location /error-200/ { error_page 404 =200 /sub/page.html; }
    location /error-named/ { error_page 404 = @named; }
    location /error-url/ { error_page 404 http://other.test/; }
    location /inside { internal; }
    location /headers/ {
      alias FOLDER/html/; expires 30d; add_header X-One 1; add_header X-Two "two $uri" always;
    }
    location /epoch/ { alias FOLDER/html/; expires epoch; }
    location /max/ { alias FOLDER/html/; expires max; }
    location /past/ { alias FOLDER/html/; expires -1; }
    location /denied/ { alias FOLDER/html/; deny all; }
    location /allowed/ { alias FOLDER/html/; allow 127.0.0.0/8; deny all; }
    location /gzip/ { alias FOLDER/html/; gzip on; gzip_vary on; gzip_types text/css; }
    location /list/ { alias FOLDER/html/listed/; autoindex on; }
    location /small { client_max_body_size 10; return 200 ok; }
    location /limited/ { alias FOLDER/html/; limit_except GET { deny all; } }
  }
  server { listen 127.0.0.1:PORT; server_name two.test; server_tokens off; location / { return 404; } }
`;

const FILES = {
  'index.html': '<p>front</p>\n',
  'style.css': 'body { margin: 0 }\n'.repeat(20),
  'unknown.xyz': 'bytes',
  'with space.html': 'spaced',
  'sub/page.html': 'a page in a folder',
  'sub/index.html': 'sub index',
  'nothing/here.txt': 'no index file',
  'listed/a.txt': 'aaa',
  'listed/b & c.html': 'b',
  'listed/folder/x': 'x',
  'big.bin': '0123456789'.repeat(20_000),
};

const get = (target: string, headers = '', host = 'one.test'): string =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${headers}Connection: close\r\n\r\n`;
const SINCE = 'Tue, 02 Jan 2024 03:04:05 GMT';

const CASES: Readonly<Record<string, string>> = {
  'an index file': get('/'),
  'a file': get('/sub/page.html'),
  'a file that is missing': get('/missing.html'),
  'a folder without slash': get('/sub'),
  'a folder without slash, with query': get('/sub?a=b'),
  'a folder without index': get('/nothing/'),
  'an unknown type': get('/unknown.xyz'),
  'an escaped name': get('/with%20space.html'),
  'dot segments': get('/sub/../style.css'),
  'doubled slashes': get('//sub///page.html'),
  'a file with a slash after it': get('/index.html/'),
  'a big file': get('/big.bin'),
  HEAD: 'HEAD /sub/page.html HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
  'POST to a file': 'POST /style.css HTTP/1.1\r\nHost: one.test\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
  'PUT to a file': 'PUT /style.css HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
  'HTTP/1.0': 'GET /sub/page.html HTTP/1.0\r\n\r\n',
  'HTTP/1.0 that stays, then goes': 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n',
  'two requests at once': `GET / HTTP/1.1\r\nHost: one.test\r\n\r\n${get('/style.css')}`,
  'If-Modified-Since': get('/style.css', `If-Modified-Since: ${SINCE}\r\n`),
  'If-Modified-Since, older': get('/style.css', 'If-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r\n'),
  'If-None-Match *': get('/style.css', 'If-None-Match: *\r\n'),
  'If-None-Match, other': get('/style.css', 'If-None-Match: "x"\r\n'),
  'If-Match, other': get('/style.css', 'If-Match: "x"\r\n'),
  'If-Unmodified-Since, older': get('/style.css', 'If-Unmodified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r\n'),
  'a range': get('/style.css', 'Range: bytes=5-9\r\n'),
  'a range from the end': get('/style.css', 'Range: bytes=-4\r\n'),
  'an open range of a big file': get('/big.bin', 'Range: bytes=199990-\r\n'),
  'two ranges': get('/style.css', 'Range: bytes=0-1,4-5\r\n'),
  'two ranges of a big file': get('/big.bin', 'Range: bytes=0-1,100000-100005\r\n'),
  'a range beyond the end': get('/style.css', 'Range: bytes=9999-\r\n'),
  'a broken range': get('/style.css', 'Range: bytes=x\r\n'),
  'If-Range, other': get('/style.css', 'Range: bytes=0-1\r\nIf-Range: "x"\r\n'),
  'return with text': get('/text?x=1'),
  'return with text, upper-case host and port': get('/text', '', 'ONE.test:80'),
  'return of an unknown status': get('/teapot'),
  'return 204': get('/empty'),
  'return 410': get('/gone'),
  'return 301': get('/moved/a%20b//c?d=%2F'),
  'return 302 with a path': get('/path-moved'),
  'return 444': get('/closed'),
  'rewrite last': get('/rewrite/last/x?y=z'),
  'rewrite break': get('/rewrite/break/style.css'),
  'rewrite permanent': get('/rewrite/permanent/a%20b?q'),
  'rewrite redirect without query': get('/rewrite/redirect/x?q'),
  'rewrite with query': get('/rewrite/args/x?y=z'),
  'rewrite in circles': get('/cycle'),
  'if, false': get('/if'),
  'if, equal': get('/if?x=1'),
  'if, matching': get('/if?x=two'),
  'if, method': 'POST /if HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
  alias: get('/files/page.html'),
  'alias of an index': get('/files/'),
  'alias with captures': get('/re/sub/page.html'),
  'try_files, found': get('/try/../sub/page.html'),
  'try_files, fallback': get('/try/x'),
  'try_files, status': get('/try-status/x'),
  'try_files, named': get('/try-named/x'),
  error_page: get('/error/x'),
  'error_page for POST': 'POST /error/x HTTP/1.1\r\nHost: one.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  'error_page =200': get('/error-200/x'),
  'error_page = @named': get('/error-named/x'),
  'error_page with a URL': get('/error-url/x'),
  'an internal location': get('/inside'),
  'expires and add_header': get('/headers/style.css'),
  'add_header always': get('/headers/missing'),
  'expires epoch': get('/epoch/style.css'),
  'expires max': get('/max/style.css'),
  'expires in the past': get('/past/style.css'),
  deny: get('/denied/style.css'),
  allow: get('/allowed/style.css'),
  'limit_except, allowed': get('/limited/style.css'),
  'limit_except, refused': 'DELETE /limited/style.css HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
  'gzip not asked for': get('/gzip/style.css'),
  'gzip of another type': get('/gzip/unknown.xyz', 'Accept-Encoding: gzip\r\n'),
  'a listing': get('/list/'),
  'a body that is too large':
    'POST /small HTTP/1.1\r\nHost: one.test\r\nContent-Length: 11\r\nConnection: close\r\n\r\n01234567890',
  'another server, without tokens': get('/x', '', 'two.test'),
  'an unknown host': get('/text', '', 'other.test'),
  'two hosts': 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'an empty host': 'GET / HTTP/1.1\r\nHost:\r\n\r\n',
  'no host': 'GET / HTTP/1.1\r\n\r\n',
  'a bad host': 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n',
  'two lengths': 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx',
  'a negative length': 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n',
  'length and chunks': 'GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'another coding': 'GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n',
  'HTTP/2.0': 'GET / HTTP/2.0\r\nHost: a\r\n\r\n',
  'chunks in HTTP/1.0': 'GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n',
  'a space in a name': 'GET / HTTP/1.1\r\nHost: a\r\nFoo bar: x\r\n\r\n',
  'a folded line': 'GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n',
  'NUL in a header': 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n',
  'a lone CR': 'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n',
  'bare LF': 'GET /text HTTP/1.1\nHost: one.test\nConnection: close\n\n',
  'OPTIONS *': 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'a method in lower case': 'get / HTTP/1.1\r\nHost: a\r\n\r\n',
  'a space in the target': 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n',
  '%00': 'GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n',
  'above the root': 'GET /../ HTTP/1.1\r\nHost: a\r\n\r\n',
  'a broken escape': 'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n',
  CONNECT: 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n',
  TRACE: 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n',
  'an absolute target': 'GET http://one.test/text HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
  'HTTP/0.9': 'GET /text\r\n',
  'a long target': `GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'a long header': `GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(9000)}\r\n\r\n`,
  'a TLS handshake': '\x16\x03\x01\x02\0',
};

describe.skipIf(nginxMissing !== undefined)('beside nginx', () => {
  let pair: SideBySide;
  beforeAll(async () => {
    pair = await SideBySide.start(HTTP, FILES);
  });
  afterAll(() => pair.stop());

  test.each(Object.entries(CASES))('%s', async (_, request) => {
    const [theirs, ours] = await pair.send(request);
    expect(comparable(ours)).toBe(comparable(theirs));
    expect(ours.closed).toBe(theirs.closed);
  });

  test('gzip gives the same head, and a body that unpacks to the file', async () => {
    const [theirs, ours] = await pair.send(get('/gzip/style.css', 'Accept-Encoding: gzip\r\n'));
    const head = (text: string): string => comparable({ text: text.slice(0, text.indexOf('\r\n\r\n')), closed: true });
    expect(head(ours.text)).toBe(head(theirs.text));
  });

  test('access logs say the same', async () => {
    for (const request of [
      get('/json-log/?q=1', 'User-Agent: a "b" \\\r\nReferer: x\r\n'),
      get('/no-log/'),
      get('/missing?q=%41', 'User-Agent: \x7f\xe9\r\n'),
    ]) {
      await pair.send(request);
    }
    const [theirs, ours] = await pair.logs('access.log', '/missing?q=%41');
    const last = (lines: string[]): string[] => lines.slice(-2).map((line) => line.replace(/ 404 \d+/, ' 404 PAGE'));
    expect(last(ours)).toEqual(last(theirs));
    const [theirJson, ourJson] = await pair.logs('json.log', '/json-log/');
    expect(ourJson).toEqual(theirJson);
  });
});
