import { type CaseFile, get } from '../case-file.ts';

const counts = new Map<string, number>();
const waiting = new Map<string, (() => void)[]>();
const times = (count: number, target: string): string[] => Array.from({ length: count }, () => get(target));
const failures = ['500', '502', '503', '504', '403', '404', '429', '501', 'closes', 'nonsense'];
const words = [
  'error',
  'timeout',
  'invalid_header',
  'http_500',
  'http_502',
  'http_503',
  'http_504',
  'http_403',
  'http_404',
  'http_429',
];
/** An answer that is old at once, and then a failure, for each kind of failure. */
const each = (word: string): string[] =>
  [...failures, ...(word === 'timeout' || word === 'error' ? ['hangs'] : [])].flatMap((failure) =>
    times(2, `/${word}/${failure}?X-Accel-Expires=%401`),
  );
const OLD = 'Tue, 02 Jan 2024 03:04:05 GMT';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_use_stale',
  http: `
    log_format up '$request_uri $status $upstream_status $upstream_cache_status';
    access_log LOGS/access.log up;
    proxy_cache_path LOGS/cache keys_zone=one:1m;
    proxy_cache one; proxy_cache_key $uri; proxy_read_timeout 2s;
    proxy_set_header X-Side $server_port;
    add_header X-Cache "$upstream_cache_status" always;
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      ${words.map((word) => `location /${word}/ { proxy_pass http://APP; proxy_cache_use_stale ${word}; }`).join('\n')}
      location /off/ { proxy_pass http://APP; proxy_cache_use_stale off; }
      location /several/ { proxy_pass http://APP; proxy_cache_use_stale error http_500; proxy_cache_use_stale http_404; }
      location /off-too/ { proxy_pass http://APP; proxy_cache_use_stale off error http_500; }
      location /updating/ { proxy_pass http://APP; proxy_cache_use_stale updating; proxy_read_timeout 5s; }
      location /background/ { proxy_pass http://APP; proxy_cache_use_stale updating; proxy_cache_background_update on; proxy_read_timeout 5s; }
      location /background-alone/ { proxy_pass http://APP; proxy_cache_background_update on; }
      location /header/ { proxy_pass http://APP; proxy_cache_background_update on; }
      location /revalidate/ { proxy_pass http://APP; proxy_cache_revalidate on; proxy_cache_valid 200 1h; }
      location /revalidate-off/ { proxy_pass http://APP; }
      location /revalidate-stale/ { proxy_pass http://APP; proxy_cache_revalidate on; proxy_cache_use_stale http_500 error; }
      location /lock/ { proxy_pass http://APP; proxy_cache_lock on; proxy_cache_valid 1h; proxy_read_timeout 5s; }
      location /lock-short/ { proxy_pass http://APP; proxy_cache_lock on; proxy_cache_lock_timeout 200ms; proxy_cache_valid 1h; proxy_read_timeout 5s; }
      location /lock-age/ { proxy_pass http://APP; proxy_cache_lock on; proxy_cache_lock_age 1s; proxy_cache_lock_timeout 20s; proxy_cache_valid 1h; proxy_read_timeout 9s; }
      location /uses/ { proxy_pass http://APP; proxy_cache_min_uses 3; proxy_cache_valid 1h; }
      location /pages/ { proxy_pass http://APP; proxy_cache_use_stale http_500; proxy_intercept_errors on; error_page 500 404 @page; }
      location @page { return 200 "page $upstream_cache_status $upstream_status"; }
      location /bypass/ { proxy_pass http://APP; proxy_cache_bypass $arg_fresh; proxy_cache_use_stale error http_500; proxy_cache_valid 1h; }
      location /nocache/ { proxy_pass http://APP; proxy_no_cache $upstream_http_x_private; proxy_cache_valid 1h; }
      location /valid/ { proxy_pass http://APP; proxy_cache_valid 200 0s; proxy_cache_valid 404 1h; proxy_cache_valid any 1h; }
      location /next/ { proxy_pass http://two; proxy_cache_use_stale http_500; proxy_next_upstream http_500; }
      location /methods/ { proxy_pass http://APP; proxy_cache_methods GET HEAD POST; proxy_cache_valid 1h; }
      location /release { proxy_pass http://APP; proxy_cache off; }
    }
    upstream two { server 127.0.0.1:APP max_fails=0; server 127.0.0.2:APP max_fails=0; }`.replaceAll(
    '//APP',
    '//127.0.0.1:APP',
  ),
  app: (request, response) => {
    const url = new URL(request.url!, 'http://app');
    const side = String(request.headers['x-side']);
    const key = `${side} ${url.pathname}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (url.pathname === '/release') {
      for (const release of waiting.get(side)?.splice(0) ?? []) release();
      response.end('released');
      return;
    }
    const what = /[^/]*$/.exec(url.pathname)![0];
    const old = count > 1;
    const seen = ['if-modified-since', 'if-none-match'].filter((name) => request.headers[name] !== undefined);
    for (const [name, value] of url.searchParams) if (/^[A-Z]/.test(name)) response.setHeader(name, value);
    response.setHeader('X-Seen', seen.join());
    const answer = (): void => {
      if (old && /^\d+$/.test(what)) {
        response.statusCode = Number(what);
        response.end(what === '304' ? undefined : `status ${what} ${count}`);
      } else if (old && what === 'closes') request.socket.destroy();
      else if (old && what === 'nonsense') request.socket.end('HTTP/1.1 200 OK\r\nno colon\r\n\r\n');
      else if (!old || what !== 'hangs') response.end(`${request.method} ${url.pathname} ${count}`);
    };
    const slow = Number(url.searchParams.get('slow') ?? 0);
    if (slow > 0 && (old || !url.searchParams.has('then'))) setTimeout(answer, slow);
    else answer();
  },
  errorLog: 'error',
  requests: {
    ...Object.fromEntries(words.map((word) => [`proxy_cache_use_stale ${word}`, each(word)])),
    'proxy_cache_use_stale off': each('off'),
    'several words in two lines': each('several'),
    'off among others': each('off-too'),
    'updating: an old answer while another request fetches the new one': [
      get('/updating/a?X-Accel-Expires=%401'),
      {
        together: [get('/updating/a?X-Accel-Expires=%401&slow=600'), get('/updating/a?X-Accel-Expires=%401&slow=600')],
      },
    ].flatMap((step) => (typeof step === 'string' ? [step] : step.together)),
    'background: an old answer at once': [
      get('/background/a?X-Accel-Expires=%401'),
      get('/background/a?X-Accel-Expires=%401&slow=300&then'),
    ],
    'background without use_stale updating changes nothing': times(3, '/background-alone/a?X-Accel-Expires=%401'),
    'stale-if-error in the answer': [
      ...times(2, '/header/500?Cache-Control=max-age%3D0,+stale-if-error%3D60'),
      ...times(2, '/off/closes-not?Cache-Control=max-age%3D1'),
    ],
    'an old answer is found to be good: 304': [
      ...times(3, `/revalidate/304?X-Accel-Expires=%401&Last-Modified=${encodeURIComponent(OLD)}`),
      ...times(3, `/revalidate/x/304?X-Accel-Expires=%401&ETag=%22a%22`),
      ...times(3, `/revalidate/y/304?X-Accel-Expires=%401`),
    ],
    'a 304 that nobody asked for': times(2, '/revalidate-off/304?X-Accel-Expires=%401&ETag=%22a%22'),
    'a failure instead of a 304': times(2, '/revalidate-stale/500?X-Accel-Expires=%401&ETag=%22a%22'),
    'proxy_cache_lock: one request fetches': { together: times(4, '/lock/a?slow=400') },
    'proxy_cache_lock_timeout: who waits too long fetches for itself': { together: times(3, '/lock-short/a?slow=700') },
    'proxy_cache_lock_age: the next one is let through': { together: times(3, '/lock-age/a?slow=2600') },
    proxy_cache_min_uses: times(5, '/uses/a'),
    'an error page instead of what is old': times(3, '/pages/404?X-Accel-Expires=%401'),
    'what is old instead of an error page': times(3, '/pages/500?X-Accel-Expires=%401'),
    'a bypass that fails': [...times(2, '/bypass/500'), get('/bypass/500?fresh=1'), get('/bypass/500')],
    'proxy_no_cache by what the application says': [...times(2, '/nocache/a?X-Private=1'), ...times(2, '/nocache/a')],
    'a time of nothing': [...times(2, '/valid/a'), ...times(4, '/valid/404')],
    'the next server before what is old': times(3, '/next/500?X-Accel-Expires=%401'),
    'a POST that is cached': [
      get('/methods/a').replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n'),
      get('/methods/a'),
      get('/methods/a').replace('GET', 'HEAD'),
    ],
  },
  configurations: {
    'an unknown word': 'proxy_cache_use_stale http_501;',
    'updating and off': 'proxy_cache_use_stale updating off;',
    'a lock that is neither on nor off': 'proxy_cache_lock 5s;',
    'an age that is none': 'proxy_cache_lock_age x;',
    'a time that is none': 'proxy_cache_lock_timeout x;',
    'uses that are no number': 'proxy_cache_min_uses x;',
    'the same folder twice': 'proxy_cache_path /tmp/x keys_zone=a:1m;\nproxy_cache_path /tmp/x keys_zone=b:1m;',
    'a folder of temporary files': 'proxy_temp_path FOLDER/x;\nproxy_cache_path FOLDER/x keys_zone=b:1m;',
    'temporary files in two ways': 'proxy_temp_path FOLDER/y 1;\nclient_body_temp_path FOLDER/y 1 2;',
  },
} satisfies CaseFile;
