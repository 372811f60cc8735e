import { type CaseFile, get, post } from '../case-file.ts';
import type { GatewayApp } from '../gateway-apps.ts';

/** Says how often it was asked: once for each server that is compared, so the two count apart. */
function counting(answer: (path: string, number: number, parameters: string) => string): GatewayApp {
  const counts = new Map<string, number>();
  return (request) => {
    const key = `${request.get('SIDE')} ${request.get('PATH')}`;
    const number = (counts.get(key) ?? 0) + 1;
    counts.set(key, number);
    const names = request.parameters
      .map(([name, value]) => `${name}=${value}`)
      .filter((line) => !line.startsWith('SIDE'));
    return answer(request.get('PATH') ?? '', number, names.join('\n'));
  };
}

const answer = (path: string, number: number, parameters: string): string => {
  const body = `${path} ${number}\n${parameters}\n`;
  switch (path) {
    case '/length':
      return `Content-Type: text/plain\r\nContent-Length: ${body.length}\r\nAccept-Ranges: bytes\r\n\r\n${body}`;
    case '/expires':
      return `X-Accel-Expires: 0\r\n\r\n${body}`;
    case '/private':
      return `Cache-Control: private\r\n\r\n${body}`;
    case '/cookie':
      return `Set-Cookie: a=b\r\n\r\n${body}`;
    case '/404':
      return `Status: 404 Not Found\r\nX-A: b\r\n\r\n${body}`;
    case '/once':
      return number === 1 ? `X-Accel-Expires: 1\r\n\r\n${body}` : `Status: 500 Broken\r\n\r\n${body}`;
    case '/revalidated':
      return number === 1
        ? `Cache-Control: max-age=1\r\nETag: "e"\r\nLast-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n\r\n${body}`
        : 'Status: 304 Not Modified\r\n\r\n';
    case '/large':
      return `Content-Type: text/plain\r\n\r\n${body}${'x'.repeat(200_000)}`;
    default:
      return `Content-Type: text/plain\r\nETag: "tag"\r\n\r\n${body}`;
  }
};

const locations = (prefix: string, pass: string): string => `
  location /${prefix}/ {
    rewrite ^/${prefix}(/.*) $1 break; ${prefix}_pass ${pass}; ${prefix}_param PATH $uri; ${prefix}_param SIDE $server_port;
    ${prefix}_cache ${prefix}; ${prefix}_cache_key $uri; ${prefix}_cache_valid 200 404 1m; ${prefix}_cache_methods POST;
    ${prefix}_cache_use_stale http_500 error updating; ${prefix}_cache_revalidate on;
    ${prefix}_cache_bypass $arg_bypass; ${prefix}_no_cache $arg_no_cache;
    add_header X-Cache $upstream_cache_status always;
  }
  location /own-${prefix}/ {
    rewrite ^/own-${prefix}(/.*) $1 break; ${prefix}_pass ${pass}; ${prefix}_param PATH $uri; ${prefix}_param SIDE $server_port;
    ${prefix}_param HTTP_RANGE mine; ${prefix}_param HTTP_IF_NONE_MATCH "";
    ${prefix}_cache ${prefix}; ${prefix}_cache_key own$uri; ${prefix}_cache_valid 1m; add_header X-Cache $upstream_cache_status;
  }`;

const cases = (prefix: string): Record<string, string[]> => {
  const twice = (path: string, more = ''): string[] => [get(`/${prefix}${path}`, more), get(`/${prefix}${path}`, more)];
  return {
    [`${prefix}: kept`]: twice('/plain'),
    [`${prefix}: kept with its length`]: twice('/length'),
    [`${prefix}: a range of what is kept`]: [get(`/${prefix}/length`, 'Range: bytes=1-4\r\n')],
    [`${prefix}: conditions and ranges of the client are not asked for`]: twice(
      '/conditions',
      'If-None-Match: "other"\r\nIf-Modified-Since: Mon, 01 Jan 2024 00:00:00 GMT\r\nRange: bytes=0-1\r\nIf-Range: "x"\r\nX-A: b\r\n',
    ),
    [`${prefix}: unless they are parameters`]: [get(`/own-${prefix}/x`, 'Range: bytes=0-1\r\nIf-None-Match: "x"\r\n')],
    [`${prefix}: a client that has it`]: [...twice('/has'), get(`/${prefix}/has`, 'If-None-Match: "tag"\r\n')],
    [`${prefix}: a status that is kept`]: twice('/404'),
    [`${prefix}: what may not be kept`]: [...twice('/expires'), ...twice('/private'), ...twice('/cookie')],
    [`${prefix}: a large one`]: twice('/large'),
    [`${prefix}: a HEAD fills it`]: [
      `HEAD /${prefix}/head HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n`,
      get(`/${prefix}/head`),
    ],
    [`${prefix}: a POST`]: [post(`/${prefix}/post`, 'body'), post(`/${prefix}/post`, 'body')],
    [`${prefix}: bypass and no_cache`]: [
      get(`/${prefix}/bypass?no_cache=1`),
      ...twice('/bypass'),
      get(`/${prefix}/bypass?bypass=1`),
      get(`/${prefix}/bypass`),
    ],
  };
};

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_cache',
  http: `
    uwsgi_cache_path LOGS/uwsgi-cache keys_zone=uwsgi:1m;
    fastcgi_cache_path LOGS/fastcgi-cache levels=1:2 keys_zone=fastcgi:1m;
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      ${locations('uwsgi', '127.0.0.1:UWSGI')}
      ${locations('fastcgi', '127.0.0.1:FASTCGI')}
    }`,
  uwsgi: counting(answer),
  fastcgi: counting(answer),
  requests: {
    ...cases('uwsgi'),
    ...cases('fastcgi'),
  },
  errorLog: 'error',
  configurations: {
    'a zone of the other module':
      'uwsgi_cache_path FOLDER/c keys_zone=z:1m; fastcgi_cache z; fastcgi_cache_key x; server { }',
    'no key in several places':
      'uwsgi_cache_path FOLDER/c keys_zone=z:1m; uwsgi_cache z; server { location /a { location /a/b { } } location /c { uwsgi_cache_key x; } }',
    'no key': 'fastcgi_cache_path FOLDER/c keys_zone=z:1m; fastcgi_cache z; server { }',
    valid: 'fastcgi_cache_valid 99 1m;',
    methods: 'uwsgi_cache_methods BREW;',
  },
} satisfies CaseFile;
