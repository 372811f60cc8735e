import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CaseFile, get, post } from '../case-file.ts';

const counts = new Map<string, number>();

/** Answers with how often each server has asked for a path, and with the headers that the query names. */
function app(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, 'http://app');
  const { searchParams: query } = url;
  const key = `${request.headers['x-side']} ${url.pathname}`;
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  const seen = ['if-modified-since', 'if-none-match', 'range'].filter((name) => request.headers[name] !== undefined);
  const status = count > 1 && query.has('then') ? Number(query.get('then')) : Number(query.get('status') ?? 200);
  if (status === 0) {
    request.socket.destroy();
    return;
  }
  for (const [name, value] of query) if (/^[A-Z]/.test(name)) response.setHeader(name, value);
  response.setHeader('X-Seen', `${request.method} ${seen.join()}`);
  response.statusCode = status;
  const body = `${url.pathname} ${count}${query.has('long') ? '-'.repeat(200_000) : ''}`;
  if (status === 304 || request.method === 'HEAD') response.end();
  else if (query.has('chunked')) {
    response.write(body);
    response.end('!');
  } else {
    response.setHeader('Content-Length', body.length);
    response.end(body);
  }
}

/** The first is answered by the application, the next out of the file, and later ones out of memory. */
const often = (target: string, more = ''): string[] => Array.from({ length: 4 }, () => get(target, more));
const OLD = 'Tue, 02 Jan 2024 03:04:05 GMT';
const modified = `Last-Modified=${encodeURIComponent(OLD)}`;

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache',
  http: `
    proxy_cache_path LOGS/cache levels=1:2 keys_zone=one:1m;
    proxy_cache_path LOGS/other keys_zone=two:1m inactive=1h max_size=1m use_temp_path=off;
    proxy_set_header X-Side $server_port;
    add_header X-Cache-Status "$upstream_cache_status" always;
    add_header X-Cache-Facts "$upstream_cache_last_modified|$upstream_cache_etag" always;
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      proxy_cache one;
      location / { proxy_pass http://APP; proxy_cache_valid 1h; }
      location /unsaid/ { proxy_pass http://APP; }
      location /any/ { proxy_pass http://APP; proxy_cache_valid 200 1h; proxy_cache_valid any 10m; }
      location /only404/ { proxy_pass http://APP; proxy_cache_valid 404 1m; }
      location /key/ { proxy_pass http://APP; proxy_cache_valid 1h; proxy_cache_key $uri; }
      location /bypass/ { proxy_pass http://APP; proxy_cache_valid 1h; proxy_cache_bypass $http_x_fresh $arg_fresh; }
      location /nocache/ { proxy_pass http://APP; proxy_cache_valid 1h; proxy_no_cache $http_x_private $arg_private; }
      location /uses/ { proxy_pass http://APP; proxy_cache_valid 1h; proxy_cache_min_uses 2; }
      location /posts/ { proxy_pass http://APP; proxy_cache_valid 1h; proxy_cache_methods POST; }
      location /head/ { proxy_pass http://APP; proxy_cache_valid 1h; proxy_cache_convert_head off; proxy_cache_key $request_method$uri; }
      location /ignored/ { proxy_pass http://APP; proxy_cache_valid 1h; proxy_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Expires; }
      location /stale/ { proxy_pass http://APP; proxy_cache_use_stale error http_500 http_404; }
      location /strict/ { proxy_pass http://APP; }
      location /again/ { proxy_pass http://APP; proxy_cache_revalidate on; }
      location /range/ { proxy_pass http://APP; proxy_cache_valid 1h; proxy_cache_max_range_offset 10; }
      location /pages/ { proxy_pass http://APP; proxy_cache_valid any 1h; proxy_intercept_errors on; error_page 404 500 /page; }
      location = /page { return 200 "page"; }
      location /off/ { proxy_pass http://APP; proxy_cache off; }
      location /chosen/ { proxy_pass http://APP; proxy_cache $arg_cache; proxy_cache_valid 1h; }
      location /updating/ { proxy_pass http://APP; proxy_cache_use_stale updating; proxy_cache_background_update on; }
      location /lock/ { proxy_pass http://APP; proxy_cache_valid 1h; proxy_cache_lock on; }
      location /dead/ { proxy_pass http://127.0.0.1:1; proxy_cache_valid any 1h; }
    }`,
  app,
  requests: {
    'the second request is answered from the cache': often('/twice'),
    'another query is another entry': [get('/query?a=1'), get('/query?a=2'), get('/query?a=1')],
    'proxy_cache_valid without codes is for 200, 301 and 302': [
      ...often('/moved?status=302'),
      ...often('/missing?status=404'),
    ],
    'without a time nothing is kept': often('/unsaid/a'),
    'a time for any status, the first that fits': [...often('/any/a?status=404'), ...often('/any/b?status=500')],
    'only the status that is named': [...often('/only404/a'), ...often('/only404/b?status=404')],
    'Cache-Control max-age keeps without proxy_cache_valid': often('/unsaid/age?Cache-Control=max-age%3D60'),
    's-maxage goes before max-age': often('/unsaid/smax?Cache-Control=max-age%3D60%2C+s-maxage%3D0'),
    'max-age=0 is not kept': often('/zero?Cache-Control=max-age%3D0'),
    'private is not kept': often('/private?Cache-Control=private'),
    'no-store is not kept': often('/nostore?Cache-Control=no-store%2C+max-age%3D60'),
    'no-cache is not kept': often('/nocachehere?Cache-Control=no-cache'),
    'Expires in the future keeps': often('/unsaid/future?Expires=Fri%2C+01+Jan+2100+00%3A00%3A00+GMT'),
    'Expires in the past does not': often('/past?Expires=Fri%2C+01+Jan+2010+00%3A00%3A00+GMT'),
    'Expires that is no date does not': often('/nodate?Expires=0'),
    'Cache-Control goes before Expires': often(
      '/unsaid/both?Expires=Fri%2C+01+Jan+2010+00%3A00%3A00+GMT&Cache-Control=max-age%3D60',
    ),
    'X-Accel-Expires keeps': often('/unsaid/accel?X-Accel-Expires=60'),
    'X-Accel-Expires of 0 does not': often('/accelzero?X-Accel-Expires=0'),
    'X-Accel-Expires with @ is a time': often('/unsaid/at?X-Accel-Expires=%404102444800'),
    'X-Accel-Expires goes before Cache-Control': often(
      '/unsaid/accelfirst?X-Accel-Expires=60&Cache-Control=max-age%3D0',
    ),
    'Set-Cookie is not kept': often('/cookie?Set-Cookie=a%3Db'),
    'headers that are ignored do not count': [
      ...often('/ignored/a?Set-Cookie=a%3Db'),
      ...often('/ignored/b?Cache-Control=private'),
      ...often('/ignored/c?Vary=*'),
    ],
    'Vary tells variants apart': [
      get('/vary?Vary=Accept-Language', 'Accept-Language: en\r\n'),
      get('/vary?Vary=Accept-Language', 'Accept-Language: de\r\n'),
      get('/vary?Vary=Accept-Language', 'Accept-Language: en\r\n'),
      get('/vary?Vary=Accept-Language', 'Accept-Language: de\r\n'),
      get('/vary?Vary=Accept-Language', 'Accept-Language:   de  \r\n'),
      get('/vary?Vary=Accept-Language'),
      get('/vary?Vary=Accept-Language'),
    ],
    'Vary * is not kept': often('/varyall?Vary=*'),
    proxy_cache_key: [get('/key/a?x=1'), get('/key/a?x=2')],
    'proxy_cache_bypass asks the application, and keeps what it says': [
      ...often('/bypass/a'),
      get('/bypass/a', 'X-Fresh: yes\r\n'),
      get('/bypass/a'),
      get('/bypass/a', 'X-Fresh: 0\r\n'),
    ],
    'proxy_no_cache does not keep': [
      get('/nocache/a', 'X-Private: 1\r\n'),
      get('/nocache/a', 'X-Private: 1\r\n'),
      get('/nocache/a'),
      get('/nocache/a', 'X-Private: 1\r\n'),
    ],
    proxy_cache_min_uses: [get('/uses/a'), get('/uses/a'), get('/uses/a')],
    'POST is not cached': [post('/post', 'x'), post('/post', 'x'), get('/post')],
    'POST is cached when proxy_cache_methods says so': [post('/posts/a', 'x'), post('/posts/a', 'x')],
    'an answer that is asked for often serves conditions, ranges and HEAD as well': [
      ...often(`/often?Accept-Ranges=bytes&ETag=%22a%22&${modified}&Content-Type=text%2Fplain`),
      get(`/often?Accept-Ranges=bytes&ETag=%22a%22&${modified}&Content-Type=text%2Fplain`, 'If-None-Match: "a"\r\n'),
      get(`/often?Accept-Ranges=bytes&ETag=%22a%22&${modified}&Content-Type=text%2Fplain`, 'Range: bytes=0-3\r\n'),
      get(
        `/often?Accept-Ranges=bytes&ETag=%22a%22&${modified}&Content-Type=text%2Fplain`,
        `If-Modified-Since: ${OLD}\r\n`,
      ),
      `HEAD /often?Accept-Ranges=bytes&ETag=%22a%22&${modified}&Content-Type=text%2Fplain HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n`,
    ],
    'an answer with cookies and a place to go is the same each time': often(
      '/ignored/often?Set-Cookie=a%3Db&status=302&Location=http%3A%2F%2Fone.test%2Fsomewhere',
    ),
    'what is asked for often may be bypassed': [
      ...often('/bypass/often'),
      get('/bypass/often', 'X-Fresh: 1\r\n'),
      get('/bypass/often'),
    ],
    'what is asked for often is answered on a kept connection': [
      get('/keep'),
      get('/keep'),
      `${'GET /keep HTTP/1.1\r\nHost: one.test\r\n\r\n'.repeat(3)}${get('/keep')}`,
    ],
    'HEAD is asked for as GET': [
      'HEAD /heads HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
      get('/heads'),
      'HEAD /heads HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    ],
    'HEAD stays HEAD with proxy_cache_convert_head off': [
      'HEAD /head/a HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
      'HEAD /head/a HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
      get('/head/a'),
    ],
    "the client's conditions are not passed on, and are met by the server": [
      get(`/conditions?${modified}`, `If-Modified-Since: ${OLD}\r\n`),
      get(`/conditions?${modified}`, `If-Modified-Since: ${OLD}\r\n`),
      get(`/etag?ETag=%22a%22`, 'If-None-Match: "a"\r\n'),
      get(`/etag?ETag=%22a%22`, 'If-None-Match: "a"\r\n'),
      get(`/etag?ETag=%22a%22`, 'If-None-Match: "b"\r\n'),
    ],
    'a range of a cached answer': [
      get('/ranges?Accept-Ranges=bytes', 'Range: bytes=0-3\r\n'),
      get('/ranges?Accept-Ranges=bytes', 'Range: bytes=0-3\r\n'),
      get('/noranges', 'Range: bytes=0-3\r\n'),
      get('/noranges', 'Range: bytes=0-3\r\n'),
    ],
    proxy_cache_max_range_offset: [
      get('/range/a?Accept-Ranges=bytes', 'Range: bytes=20-\r\n'),
      get('/range/b?Accept-Ranges=bytes', 'Range: bytes=5-6\r\n'),
    ],
    'a chunked answer': often('/chunks?chunked'),
    'a long answer': often('/long?long'),
    'an old answer instead of an error': [
      get('/stale/a?X-Accel-Expires=%401&then=0'),
      get('/stale/a?X-Accel-Expires=%401&then=0'),
      get('/stale/b?X-Accel-Expires=%401&then=500'),
      get('/stale/b?X-Accel-Expires=%401&then=500'),
      get('/stale/c?X-Accel-Expires=%401&then=404'),
      get('/stale/c?X-Accel-Expires=%401&then=404'),
      get('/stale/d?X-Accel-Expires=%401&then=503'),
      get('/stale/d?X-Accel-Expires=%401&then=503'),
    ],
    'no old answer where proxy_cache_use_stale does not say so': [
      get('/strict/a?X-Accel-Expires=%401&then=0'),
      get('/strict/a?X-Accel-Expires=%401&then=0'),
    ],
    'an expired answer is asked for again': often('/strict/b?X-Accel-Expires=%401'),
    'an old answer is asked for with its validators': [
      get(`/again/a?X-Accel-Expires=%401&${modified}&then=304`),
      get(`/again/a?X-Accel-Expires=%401&${modified}&then=304`),
      get(`/again/b?X-Accel-Expires=%401&ETag=%22b%22&then=304`),
      get(`/again/b?X-Accel-Expires=%401&ETag=%22b%22&then=304`),
      get(`/again/c?X-Accel-Expires=%401&ETag=%22b%22&then=200`),
      get(`/again/c?X-Accel-Expires=%401&ETag=%22b%22&then=200`),
    ],
    'an error page in place of an answer is kept': [...often('/pages/a?status=404'), ...often('/pages/b?status=500')],
    'a failure is kept where proxy_cache_valid says so': often('/dead/a'),
    off: often('/off/a'),
    'the cache is chosen by a variable': [
      ...often('/chosen/a?cache=two'),
      ...often('/chosen/b?cache=off'),
      ...often('/chosen/c?cache='),
    ],
    'an old answer while a new one is fetched': [
      get('/updating/a?X-Accel-Expires=%401'),
      get('/updating/a?X-Accel-Expires=%401'),
    ],
    'one request fetches, the others wait': { together: Array.from({ length: 6 }, () => get('/lock/a')) },
  },
  configurations: {
    'a cache must be declared': 'server { listen 127.0.0.1:1; location / { proxy_cache nowhere; } }',
    'keys_zone is needed': 'proxy_cache_path cache levels=1:2;',
    'a zone needs a size': 'proxy_cache_path cache keys_zone=a;',
    'a zone needs a sane size': 'proxy_cache_path cache keys_zone=a:many;',
    'a zone of a page is too small': 'proxy_cache_path cache keys_zone=a:4k;',
    'levels are 1 or 2': 'proxy_cache_path cache levels=3 keys_zone=a:1m;',
    'three levels at most': 'proxy_cache_path cache levels=1:1:1:1 keys_zone=a:1m;',
    'inactive is a time': 'proxy_cache_path cache keys_zone=a:1m inactive=x;',
    'max_size is a size': 'proxy_cache_path cache keys_zone=a:1m max_size=x;',
    'min_free is a size': 'proxy_cache_path cache keys_zone=a:1m min_free=x;',
    'loader_files is a number': 'proxy_cache_path cache keys_zone=a:1m loader_files=x;',
    'manager_sleep is a time': 'proxy_cache_path cache keys_zone=a:1m manager_sleep=x;',
    'use_temp_path is on or off': 'proxy_cache_path cache keys_zone=a:1m use_temp_path=x;',
    'an unknown parameter': 'proxy_cache_path cache keys_zone=a:1m nonsense=1;',
    'the same zone twice': 'proxy_cache_path one keys_zone=a:1m; proxy_cache_path two keys_zone=a:1m;',
    'proxy_cache twice': 'proxy_cache off; proxy_cache off;',
    'a status that is none': 'proxy_cache_valid 99 1m;',
    'a time that is none': 'proxy_cache_valid 200 x;',
    'a method that is none': 'proxy_cache_methods GIVE;',
    'a reason that is none': 'proxy_cache_use_stale http_418;',
  },
} satisfies CaseFile;
