import { type CaseFile, get } from '../case-file.ts';

const GZIP = 'Accept-Encoding: gzip\r\n';
const accepted = [
  'gzip',
  'GZIP',
  'gzip;q=0',
  'gzip;q=0.0',
  'gzip;q=0.00',
  'gzip;q=0.000',
  'gzip;q=0.001',
  'gzip;q=0.0001',
  'gzip;q=1',
  'gzip;q=1.0',
  'gzip;q=1.000',
  'gzip;q=1.001',
  'gzip;q=2',
  'gzip; q=0',
  'gzip ;q=0',
  'gzip ; q=0.1',
  'gzip;Q=0',
  'gzip;Q=1',
  'gzip;q',
  'gzip;q=',
  'gzip;x=1',
  'gzip;q=a',
  'gzip;q=0,br',
  'gzip;q=0, gzip',
  'br, gzip',
  'br,gzip',
  'x-gzip',
  'gzipx',
  'xgzip',
  'deflate, gzip;q=1.0, *;q=0.5',
  'deflate',
  '*',
  '',
  'identity',
  'br;q=1.0, gzip;q=0.8',
  'br\tgzip',
  'deflate,sgzip,gzip',
  'gzip,deflate',
  'agzip, gzip',
  'gzip-x, gzip',
  ' gzip',
  'gzip ',
  'gzip;q=0.',
  'gzip;q=1.',
  'gzip;q=0.9999',
  'gzip;q=-1',
  'gzip;q=.5',
  'gzip;;q=0',
];
const proxied = [
  'off',
  'expired',
  'no-cache',
  'no-store',
  'private',
  'no_last_modified',
  'no_etag',
  'auth',
  'any',
  'expired no-cache',
];
const via = `${GZIP}Via: 1.1 proxy\r\n`;
const header = (name: string, value: string): string => `${name}=${encodeURIComponent(value)}`;
const answers = [
  '',
  header('Cache-Control', 'no-cache'),
  header('Cache-Control', 'no-store'),
  header('Cache-Control', 'private'),
  header('Cache-Control', 'max-age=10, private'),
  header('Cache-Control', 'Private'),
  header('Cache-Control', 'max-age=10'),
  header('Expires', 'Thu, 01 Jan 1970 00:00:01 GMT'),
  header('Expires', 'Thu, 01 Jan 2099 00:00:01 GMT'),
  header('Expires', '0'),
  header('Last-Modified', 'Tue, 02 Jan 2024 03:04:05 GMT'),
  header('ETag', '"a"'),
  `${header('Last-Modified', 'Tue, 02 Jan 2024 03:04:05 GMT')}&${header('ETag', '"a"')}`,
  `${header('Expires', 'Thu, 01 Jan 1970 00:00:01 GMT')}&${header('Cache-Control', 'no-cache')}`,
  `${header('Expires', 'Thu, 01 Jan 2099 00:00:01 GMT')}&${header('Cache-Control', 'no-cache')}`,
];
const name = (words: string): string => words.replaceAll(' ', '+');

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_gzip_module.html',
  http: `
    types { text/html html; text/css css; text/plain txt; image/png png; application/json json; }
    gzip on; gzip_min_length 20;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      add_header X-Ratio "$gzip_ratio";
      location /types/ { alias FOLDER/html/; gzip_types text/css application/json; }
      location /any/ { alias FOLDER/html/; gzip_types *; }
      location /off/ { alias FOLDER/html/; gzip off; }
      location /vary/ { alias FOLDER/html/; gzip_vary on; }
      location /old/ { alias FOLDER/html/; gzip_http_version 1.0; gzip_vary on; }
      location /disabled/ { alias FOLDER/html/; gzip_disable "Old" "~"; gzip_vary on; }
      location /short/ { alias FOLDER/html/; gzip_min_length 5; gzip_types text/plain; }
      location /zero/ { alias FOLDER/html/; gzip_min_length 0; gzip_types text/plain; }
      location /long/ { alias FOLDER/html/; gzip_min_length 1000000; }
      location /levels/1/ { alias FOLDER/html/; gzip_comp_level 1; }
      location /levels/9/ { alias FOLDER/html/; gzip_comp_level 9; gzip_buffers 4 8k; }
      location /text { default_type text/html; return 200 "a text that is returned by the configuration"; }
      location /redirect { return 301 /a-place-that-is-far-away-from-here-and-there; }
      location /not-found { error_page 404 /page.html; return 404; }
      location /plain-404 { return 404; }
      location /403/ { alias FOLDER/html/; deny all; gzip_min_length 5; }
      location /204 { return 204; }
      location /app/ { proxy_pass http://127.0.0.1:APP; gzip_types text/plain; gzip_vary on; }
      ${proxied.map((words) => `location /proxied/${name(words)}/ { proxy_pass http://127.0.0.1:APP; gzip_types text/plain; gzip_proxied ${words}; gzip_vary on; }`).join('\n')}
      location /if { if ($arg_gz = off) { gzip off; } alias FOLDER/html/page.html; }
      location /etag { etag on; alias FOLDER/html/page.html; add_header ETag '"own"'; }
      location /charset/ { alias FOLDER/html/; charset utf-8; }
      location /sub/ { alias FOLDER/html/; sub_filter page sheet; sub_filter_once off; }
    }`,
  files: {
    'page.html': '<p>page</p>'.repeat(30),
    'short.txt': 'short text',
    'style.css': 'a { b: c }'.repeat(30),
    'data.json': '{"a": 1}'.repeat(30),
    'image.png': 'png'.repeat(30),
    'exact.html': 'x'.repeat(20),
    'less.html': 'x'.repeat(19),
    'large.html': 'large '.repeat(100_000),
  },
  app: (request, response) => {
    const { searchParams: query, pathname } = new URL(request.url!, 'http://app');
    response.setHeader('Content-Type', query.get('type') ?? 'text/plain');
    for (const [key, value] of query) if (/^[A-Z]/.test(key)) response.setHeader(key, value);
    if (query.has('status')) response.statusCode = Number(query.get('status'));
    const body = 'what the application says, '.repeat(10);
    if (pathname.endsWith('chunked')) {
      response.write(body);
      response.end('and more');
    } else if (pathname.endsWith('short')) {
      response.setHeader('Content-Length', 5);
      response.end('short');
    } else {
      response.setHeader('Content-Length', body.length);
      response.end(body);
    }
  },
  // The bytes are for each library to choose.
  ignore: /\x1f\x8b.*?(?=\(the last chunk\)|$)/gs,
  errorLog: 'error',
  requests: {
    ...Object.fromEntries(
      accepted.map((value) => [`Accept-Encoding: ${value}`, get('/vary/page.html', `Accept-Encoding: ${value}\r\n`)]),
    ),
    'no Accept-Encoding': get('/vary/page.html'),
    ...Object.fromEntries(
      proxied.map((words) => [
        `gzip_proxied ${words}`,
        answers.flatMap((answer) => [
          get(`/proxied/${name(words)}/x?${answer}`, via),
          get(`/proxied/${name(words)}/x?${answer}`, `${via}Authorization: Basic eDp5\r\n`),
        ]),
      ]),
    ),
    gzip_types: ['page.html', 'style.css', 'data.json', 'image.png', 'short.txt'].map((file) =>
      get(`/types/${file}`, GZIP),
    ),
    'gzip_types *': ['page.html', 'style.css', 'data.json', 'image.png'].map((file) => get(`/any/${file}`, GZIP)),
    off: get('/off/page.html', GZIP),
    gzip_min_length: [
      get('/exact.html', GZIP),
      get('/less.html', GZIP),
      get('/short/short.txt', GZIP),
      get('/zero/short.txt', GZIP),
      get('/long/page.html', GZIP),
    ],
    'a large file': get('/large.html', GZIP),
    gzip_comp_level: [get('/levels/1/page.html', GZIP), get('/levels/9/page.html', GZIP)],
    'gzip_vary for who does not take it, and for what is not compressed': [
      get('/vary/page.html'),
      get('/vary/image.png', GZIP),
      get('/vary/less.html', GZIP),
    ],
    gzip_http_version: [
      `GET /old/page.html HTTP/1.0\r\n${GZIP}\r\n`,
      `GET /vary/page.html HTTP/1.0\r\n${GZIP}\r\n`,
      `GET /old/page.html HTTP/1.0\r\n${GZIP}Connection: keep-alive\r\n\r\n`,
    ],
    gzip_disable: [
      get('/disabled/page.html', `${GZIP}User-Agent: Older Thing\r\n`),
      get('/disabled/page.html', `${GZIP}User-Agent: x~y\r\n`),
      get('/disabled/page.html', `${GZIP}User-Agent: New\r\n`),
      get('/disabled/page.html', GZIP),
    ],
    'a HEAD': get('/page.html', GZIP).replace('GET', 'HEAD'),
    'a text': get('/text', GZIP),
    'a redirect': get('/redirect', GZIP),
    'an error page of a file': get('/not-found', GZIP),
    'an error page': [get('/plain-404', GZIP), get('/403/page.html', GZIP), get('/204', GZIP)],
    'an application': [
      get('/app/x', GZIP),
      get('/app/chunked', GZIP),
      get('/app/short', GZIP),
      get('/app/x?type=text/html', GZIP),
      get('/app/x?type=TEXT/PLAIN', GZIP),
      get(`/app/x?type=${encodeURIComponent('text/plain; charset=x')}`, GZIP),
    ],
    'an application that compressed already': [
      get('/app/x?Content-Encoding=br', GZIP),
      get('/app/x?Content-Encoding=identity', GZIP),
    ],
    'statuses of an application': [200, 201, 203, 206, 302, 400, 403, 404, 410, 500].map((status) =>
      get(`/app/x?status=${status}`, GZIP),
    ),
    'tags become weak': [
      get('/app/x?ETag=%22a%22', GZIP),
      get('/app/x?ETag=W/%22a%22', GZIP),
      get('/app/x?ETag=a', GZIP),
      get('/app/x?ETag=%22', GZIP),
      get('/etag', GZIP),
    ],
    'a condition': [
      get('/page.html', `${GZIP}If-None-Match: "65937d25-14a"\r\n`),
      get('/page.html', `${GZIP}If-None-Match: W/"65937d25-14a"\r\n`),
    ],
    'Accept-Ranges goes': [get('/page.html', `${GZIP}Range: bytes=0-3\r\n`), get('/app/x?Accept-Ranges=bytes', GZIP)],
    'an application with Vary': get('/app/x?Vary=Accept-Language', GZIP),
    'in an if': [get('/if?gz=off', GZIP), get('/if', GZIP)],
    'with a charset': get('/charset/page.html', GZIP),
    'after another filter': get('/sub/page.html', GZIP),
  },
} satisfies CaseFile;
