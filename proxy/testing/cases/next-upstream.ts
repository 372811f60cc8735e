import { type CaseFile, get, post } from '../case-file.ts';

const times = (count: number, target: string): string[] => Array.from({ length: count }, () => get(target));
const words = ['error', 'timeout', 'invalid_header', 'http_500', 'http_502', 'http_503', 'http_504', 'http_403'];
const more = ['http_404', 'http_429', 'off', 'non_idempotent'];
const statuses = [403, 404, 429, 500, 502, 503, 504, 501];
/** How the first server of a pair fails, and the second doesn't. */
const failures = [...statuses.map(String), 'closes', 'closes-in-head', 'nonsense', 'closes-in-body', 'huge-head'];
const pair = 'server 127.0.0.1:APP max_fails=0; server 127.0.0.2:APP max_fails=0;';
const group = (name: string, servers = pair): string => `upstream ${name} { ${servers} }`;
const locations = [...words, ...more].map(
  (word) => `location /${word}/ { proxy_pass http://${word}/; proxy_next_upstream ${word}; }`,
);
/** One request that the first server fails, and one that starts at the second. */
const each = (word: string): string[] =>
  [...failures, ...(['timeout', 'error', 'usual'].includes(word) ? ['hangs'] : [])].flatMap((failure) =>
    times(2, `/${word}/${failure}`),
  );

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream',
  http: `
    log_format up '$request_method $request_uri $status $upstream_status $upstream_addr';
    access_log LOGS/access.log up;
    add_header X-Tried "$upstream_addr | $upstream_status" always;
    proxy_read_timeout 1500ms;
    ${[...words, ...more].map((word) => group(word)).join('\n')}
    ${group('usual')}
    ${group('three', 'server 127.0.0.1:1; server 127.0.0.2:1; server 127.0.0.3:1; server 127.0.0.4:APP;')}
    ${group('three-timed', 'server 127.0.0.1:APP max_fails=0; server 127.0.0.2:APP max_fails=0; server 127.0.0.3:APP max_fails=0;')}
    ${group('three-tries', 'server 127.0.0.1:1 max_fails=0; server 127.0.0.2:1 max_fails=0; server 127.0.0.3:1 max_fails=0;')}
    ${group('counted', 'server 127.0.0.1:APP max_fails=2 fail_timeout=1h; server 127.0.0.2:APP max_fails=0;')}
    ${group('counted-404', 'server 127.0.0.1:APP max_fails=1 fail_timeout=1h; server 127.0.0.2:APP max_fails=0;')}
    ${group('lonely', 'server 127.0.0.1:APP;')}
    ${group('methods')}
    ${group('bodies')}
    ${group('reserve', 'server 127.0.0.1:APP max_fails=0; server 127.0.0.2:APP backup;')}
    ${group('pages')}
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      ${locations.join('\n')}
      location /usual/ { proxy_pass http://usual/; }
      location /tries/ { proxy_pass http://three-tries/; proxy_next_upstream_tries 2; }
      location /tries-0/ { proxy_pass http://three/; proxy_next_upstream_tries 0; }
      location /tries-1/ { proxy_pass http://three-tries/; proxy_next_upstream_tries 1; }
      location /timed/ { proxy_pass http://three-timed/; proxy_next_upstream_timeout 500ms; }
      location /all-statuses/ { proxy_pass http://counted/; proxy_next_upstream http_500 http_404; }
      location /404-is-no-failure/ { proxy_pass http://counted-404/; proxy_next_upstream http_404 http_403; }
      location /lonely/ { proxy_pass http://lonely/; proxy_next_upstream http_500 timeout error; }
      location /idempotent/ { proxy_pass http://methods/; proxy_next_upstream error http_500 timeout; }
      location /any-method/ { proxy_pass http://methods/; proxy_next_upstream error http_500 timeout non_idempotent; }
      location /unbuffered/ { proxy_pass http://bodies/; proxy_next_upstream error http_500 non_idempotent; proxy_request_buffering off; proxy_http_version 1.1; }
      location /reserve/ { proxy_pass http://reserve/; proxy_next_upstream http_500 error; }
      location /pages/ { proxy_pass http://pages/; proxy_next_upstream http_500; proxy_intercept_errors on; error_page 500 502 504 @sorry; }
      location @sorry { return 200 "sorry $upstream_status $upstream_addr"; }
      location /outer/ { proxy_next_upstream http_500; proxy_next_upstream_tries 1; location /outer/in/ { proxy_pass http://usual/; } location /outer/own/ { proxy_next_upstream off; proxy_pass http://usual/; } }
    }`,
  app: (request, response) => {
    const what = /[^/]*$/.exec(request.url!)![0].replace(/^all-/, '');
    const fails = request.socket.localAddress === '127.0.0.1' || request.url!.includes('/all-');
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      if (!fails || what === 'ok') {
        response.end(`${request.socket.localAddress} ${request.method} ${request.url} ${body}`);
        return;
      }
      if (/^\d+$/.test(what)) {
        response.statusCode = Number(what);
        response.end(`status ${what}`);
      } else if (what === 'closes') request.socket.destroy();
      else if (what === 'closes-in-head') request.socket.end('HTTP/1.1 200 OK\r\nX-A: b');
      else if (what === 'nonsense') request.socket.end('HTTP/1.1 200 OK\r\nno colon\r\n\r\n');
      else if (what === 'closes-in-body') request.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort');
      else if (what === 'huge-head') request.socket.end(`HTTP/1.1 200 OK\r\nX-Big: ${'x'.repeat(9000)}\r\n\r\nbig`);
    });
  },
  errorLog: 'warn',
  logs: ['access.log'],
  requests: {
    ...Object.fromEntries([...words, ...more].map((word) => [`proxy_next_upstream ${word}`, each(word)])),
    'by default: error and timeout': each('usual'),
    proxy_next_upstream_tries: times(4, '/tries/ok'),
    'as many tries as there are servers': times(4, '/tries-0/ok'),
    'one try': times(3, '/tries-1/ok'),
    'proxy_next_upstream_timeout: no more tries when the time is over': times(2, '/timed/all-hangs'),
    'a status that is named is a failed attempt': [...times(6, '/all-statuses/500'), ...times(3, '/all-statuses/ok')],
    'but 403 and 404 never are': [
      ...times(4, '/404-is-no-failure/404'),
      ...times(4, '/404-is-no-failure/403'),
      ...times(3, '/404-is-no-failure/ok'),
    ],
    'a lone server is not asked again': [get('/lonely/500'), get('/lonely/closes'), get('/lonely/ok')],
    'a POST is not sent again once it was sent': [
      post('/idempotent/500', 'body'),
      post('/idempotent/closes', 'body'),
      post('/idempotent/500', 'body'),
      post('/idempotent/closes', 'body'),
    ],
    'nor LOCK and PATCH': [
      post('/idempotent/500', 'body').replace('POST', 'LOCK'),
      post('/idempotent/500', 'body').replace('POST', 'LOCK'),
      post('/idempotent/500', 'body').replace('POST', 'PATCH'),
      post('/idempotent/500', 'body').replace('POST', 'PATCH'),
    ],
    'but PUT and DELETE': [
      post('/idempotent/500', 'body').replace('POST', 'PUT'),
      post('/idempotent/500', 'body').replace('POST', 'PUT'),
      post('/idempotent/500', 'body').replace('POST', 'DELETE'),
      post('/idempotent/500', 'body').replace('POST', 'DELETE'),
    ],
    'non_idempotent sends a POST again': [
      post('/any-method/500', 'body'),
      post('/any-method/closes', 'body'),
      post('/any-method/500', 'body'),
    ],
    'a body that was passed on already can not be sent again': [
      post('/unbuffered/500', 'body'),
      post('/unbuffered/500', 'body'),
      post('/unbuffered/closes', 'body'),
      post('/unbuffered/closes', 'body'),
    ],
    'a backup for what is named': [get('/reserve/500'), get('/reserve/closes'), get('/reserve/404')],
    'an error page after all tries': [get('/pages/500'), get('/pages/all-500'), get('/pages/all-500')],
    inherited: [...times(2, '/outer/in/500'), ...times(2, '/outer/own/500'), ...times(2, '/outer/own/closes')],
  },
  configurations: {
    'an unknown word': 'proxy_next_upstream http_501;',
    'off and others': 'proxy_next_upstream off error;',
    'chosen in two lines': 'proxy_next_upstream error; proxy_next_upstream timeout error;',
    'tries that are no number': 'proxy_next_upstream_tries x;',
    'a time that is none': 'proxy_next_upstream_timeout x;',
    'tries twice': 'proxy_next_upstream_tries 1; proxy_next_upstream_tries 1;',
  },
} satisfies CaseFile;
