import { type CaseFile, get, post } from '../case-file.ts';

/** What the application says for a path: a target in `X-Accel-Redirect` and what goes with it. */
const answers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/to-file': { 'X-Accel-Redirect': '/inside/a%20file.txt' },
  '/to-query': { 'X-Accel-Redirect': '/echo?from=app&x=%2F' },
  '/to-named': { 'X-Accel-Redirect': '@named' },
  '/to-unknown-name': { 'X-Accel-Redirect': '@nobody' },
  '/to-missing': { 'X-Accel-Redirect': '/inside/missing' },
  '/to-nowhere': { 'X-Accel-Redirect': 'no-slash' },
  '/to-outside': { 'X-Accel-Redirect': '/inside/../../secret' },
  '/to-another': { 'X-Accel-Redirect': '/app/plain' },
  '/to-itself': { 'X-Accel-Redirect': '/app/to-itself' },
  '/kept': {
    'X-Accel-Redirect': '/inside/page.html',
    'Content-Type': 'text/x-mine',
    'Set-Cookie': 'a=b',
    'Content-Disposition': 'attachment',
    'Cache-Control': 'no-store',
    'X-Other': 'lost',
    'Content-Language': 'de',
    ETag: '"mine"',
  },
  '/expires': { 'X-Accel-Expires': '10', 'X-Accel-Buffering': 'no', 'X-Accel-Limit-Rate': '100000' },
  '/plain': { 'X-Plain': 'yes' },
};

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ignore_headers',
  http: `
    log_format up '$request_method $uri $status $upstream_status';
    access_log LOGS/access.log up;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /app/ { proxy_pass http://127.0.0.1:APP/; }
      location /ignored/ { proxy_pass http://127.0.0.1:APP/; proxy_ignore_headers X-Accel-Redirect; }
      location /shown/ { proxy_pass http://127.0.0.1:APP/; proxy_ignore_headers X-Accel-Redirect; proxy_pass_header X-Accel-Redirect; }
      location /inside/ { internal; }
      location /echo { internal; return 200 "$request_method $uri $args"; }
      location @named { return 200 "named $uri"; }
    }`,
  files: { 'inside/a file.txt': 'spaced', 'inside/page.html': '<p>page</p>' },
  app: (request, response) => {
    const path = request.url!;
    const headers = answers[path] ?? {};
    const body = `app says ${request.method} ${path}`;
    request.resume().on('end', () => response.writeHead(200, { 'Content-Length': body.length, ...headers }).end(body));
  },
  requests: {
    'a location inside is not for everyone': get('/inside/page.html'),
    'a file, its path escaped': get('/app/to-file'),
    'a range of it': get('/app/to-file', 'Range: bytes=1-2\r\n'),
    'a location with its query': get('/app/to-query'),
    'a POST becomes a GET': post('/app/to-query', 'body'),
    'a HEAD stays one': 'HEAD /app/to-query HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'a named location': get('/app/to-named'),
    'a named location that is none': get('/app/to-unknown-name'),
    'a file that is missing': get('/app/to-missing'),
    'no path': get('/app/to-nowhere'),
    'a path that leaves the root': get('/app/to-outside'),
    'another application': get('/app/to-another'),
    'a circle': get('/app/to-itself'),
    'headers that are kept': get('/app/kept'),
    'headers for nginx are not shown': get('/app/expires'),
    'the header may be ignored': get('/ignored/to-named'),
    'and shown': get('/shown/to-named'),
  },
  errorLog: 'error',
  logs: ['access.log'],
} satisfies CaseFile;
