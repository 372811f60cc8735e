import { type CaseFile, get } from '../case-file.ts';

const names = [
  'Connection',
  'If-Modified-Since',
  'If-Unmodified-Since',
  'If-Match',
  'If-None-Match',
  'User-Agent',
  'Referer',
  'Content-Range',
  'Content-Type',
  'Range',
  'If-Range',
  'TE',
  'Expect',
  'Upgrade',
  'Accept-Encoding',
  'Via',
  'Authorization',
  'Keep-Alive',
  'X-Forwarded-For',
  'X-Real-IP',
  'Accept',
  'Accept-Language',
  'Depth',
  'Destination',
  'Overwrite',
  'Date',
  'Cookie',
  'X-Any',
  'Origin',
  'Cache-Control',
  'Content-Encoding',
  'Trailer',
  'Host',
  'Content-Length',
  'Transfer-Encoding',
  'Proxy-Connection',
];
const variables = names.map((name) => `$http_${name.toLowerCase().replaceAll('-', '_')}`);
const twice = (name: string): string[] => {
  const one =
    { Host: 'one.test', 'Content-Length': '0', 'Transfer-Encoding': 'chunked', Connection: 'close' }[name] ?? 'one=1';
  const two =
    { Host: 'one.test', 'Content-Length': '0', 'Transfer-Encoding': 'chunked', Connection: 'upgrade' }[name] ?? 'two=2';
  return [
    get('/show', `${name}: ${one}\r\n${name}: ${two}\r\n`),
    get('/app', `${name}: ${one}\r\n${name.toLowerCase()}: ${two}\r\n`),
  ];
};

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#var_http_',
  http: `
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      add_header X-Cookies "$cookie_one|$cookie_two|$content_type|$remote_user|$content_length|$connection_requests";
      location /show { return 200 "${variables.join('\\n')}"; }
      location /app { proxy_pass http://127.0.0.1:APP; proxy_set_header X-Seen "${variables.join('|')}"; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }
      location /gzip/ { alias FOLDER/html/; gzip on; gzip_types text/plain; gzip_min_length 1; gzip_proxied any; }
      location /files/ { alias FOLDER/html/; }
      location /set { return 200 "$http_x_any"; add_header X-Two 1; add_header X-Two 2; add_header X-Sent "$sent_http_x_two"; }
      location /answers { proxy_pass http://127.0.0.1:APP; add_header X-Up "$upstream_http_x_two|$upstream_http_set_cookie|$upstream_http_cache_control|$upstream_http_content_type|$sent_http_set_cookie|$sent_http_cache_control|$upstream_cookie_a|$upstream_http_link|$sent_http_link|$sent_http_x_two"; }
    }`,
  files: { 'page.txt': '0123456789'.repeat(20) },
  app: (request, response) => {
    if (request.url === '/answers') {
      request.socket.end(
        'HTTP/1.1 200 OK\r\nX-Two: 1\r\nX-Two: 2\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nCache-Control: no-cache\r\nCache-Control: private\r\n' +
          'Link: <a>\r\nLink: <b>\r\nContent-Length: 2\r\n\r\nok',
      );
    } else if (request.url!.startsWith('/answers/')) {
      const name = request.url!.slice('/answers/'.length);
      request.socket.end(`HTTP/1.1 200 OK\r\n${name}: 2\r\n${name}: 2\r\n\r\nok`);
    } else response.end(request.rawHeaders.join('\n'));
  },
  ignore: /Length: \d+|\d+(?=\nSec)/g,
  requests: {
    ...Object.fromEntries(names.map((name) => [name, twice(name)])),
    'the first Range counts': get('/files/page.txt', 'Range: bytes=0-1\r\nRange: bytes=5-6\r\n'),
    'the first Accept-Encoding counts': [
      get('/gzip/page.txt', 'Accept-Encoding: identity\r\nAccept-Encoding: gzip\r\n'),
      get('/gzip/page.txt', 'Accept-Encoding: gzip\r\nAccept-Encoding: identity\r\n', 'one.test').replace(
        'GET',
        'HEAD',
      ),
    ],
    'headers of the answer': get('/set', 'X-Any: 1\r\nX-Any: 2\r\n'),
    'headers of an application': get('/answers'),
    ...Object.fromEntries(
      [
        'Content-Type',
        'Location',
        'Last-Modified',
        'ETag',
        'Server',
        'Date',
        'Refresh',
        'Expires',
        'Connection',
        'Vary',
        'Content-Encoding',
        'X-Accel-Expires',
        'X-Accel-Charset',
        'WWW-Authenticate',
        'Status',
        'Accept-Ranges',
      ].map((name) => [`${name} of an application`, get(`/answers/${name}`)]),
    ),
  },
  errorLog: 'info',
} satisfies CaseFile;
