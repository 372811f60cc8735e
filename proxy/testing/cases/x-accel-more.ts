import { type CaseFile, get } from '../case-file.ts';

const text = 'what an application says. '.repeat(40);
const ask = (headers: Readonly<Record<string, string>>, place = '/app/', more = ''): string =>
  get(`${place}x?${new URLSearchParams(headers)}`, more);
const values = ['yes', 'no', 'YES', 'No', 'on', 'off', '', '1', 'yes '];

/** X-Accel-Buffering, -Charset, -Expires and -Limit-Rate. */
export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering',
  http: `
    proxy_cache_path LOGS/cache keys_zone=one:1m;
    charset_types text/html text/plain;
    charset_map koi8-r utf-8 { C1 D0B0; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /app/ { proxy_pass http://127.0.0.1:APP; }
      location /off/ { proxy_pass http://127.0.0.1:APP; proxy_buffering off; }
      location /shown/ { proxy_pass http://127.0.0.1:APP; proxy_pass_header X-Accel-Buffering; proxy_pass_header X-Accel-Charset; proxy_pass_header X-Accel-Expires; proxy_pass_header X-Accel-Limit-Rate; }
      location /own/ { proxy_pass http://127.0.0.1:APP; proxy_pass_header Date; proxy_pass_header Server; proxy_pass_header X-Pad; }
      location /ignored/ { proxy_pass http://127.0.0.1:APP; proxy_ignore_headers X-Accel-Buffering X-Accel-Charset X-Accel-Expires X-Accel-Limit-Rate X-Accel-Redirect; }
      location /charset/ { proxy_pass http://127.0.0.1:APP; charset utf-8; }
      location /override/ { proxy_pass http://127.0.0.1:APP; charset utf-8; source_charset koi8-r; override_charset on; }
      location /cached/ { proxy_pass http://127.0.0.1:APP; proxy_cache one; proxy_cache_valid 1h; add_header X-Cache $upstream_cache_status; }
      location /hidden/ { proxy_pass http://127.0.0.1:APP; proxy_hide_header X-Other; proxy_hide_header Content-Type; proxy_hide_header Last-Modified; proxy_hide_header Set-Cookie; }
      location /inside/ { internal; limit_rate 1m; alias FOLDER/html/; add_header X-Inside "$upstream_http_x_other|$sent_http_x_other|$upstream_status"; }
      location /inside-app/ { internal; proxy_pass http://127.0.0.1:APP/from-inside?; }
      location /expires/ { proxy_pass http://127.0.0.1:APP; expires 1h; }
    }`,
  files: { page: 'a page', 'page.html': 'a page of html' },
  app: (request, response) => {
    const { searchParams } = new URL(request.url!, 'http://app');
    response.setHeader('Content-Type', 'text/plain');
    for (const [name, value] of searchParams) if (/^[A-Z]/.test(name)) response.setHeader(name, value);
    response.statusCode = Number(searchParams.get('status') ?? 200);
    response.end(`${request.method} ${request.url!.split('?')[0]} ${text}`);
  },
  ignore: /(?<=Cache-Control: max-age=)\d+/g,
  errorLog: 'error',
  requests: {
    ...Object.fromEntries(
      values.map((value) => [
        `X-Accel-Buffering: ${value}`,
        ['/app/', '/off/', '/shown/', '/ignored/'].map((place) => ask({ 'X-Accel-Buffering': value }, place)),
      ]),
    ),
    ...Object.fromEntries(
      ['utf-8', 'koi8-r', 'off', '', 'UTF-8', 'a b', 'x; y'].map((value) => [
        `X-Accel-Charset: ${value}`,
        [
          ...['/app/', '/charset/', '/override/', '/shown/', '/ignored/'].map((place) =>
            ask({ 'X-Accel-Charset': value }, place),
          ),
          ask({ 'X-Accel-Charset': value, 'Content-Type': 'image/png' }),
        ],
      ]),
    ),
    ...Object.fromEntries(
      ['0', '10', '@0', '@4102444800', 'off', '', '-1', '10s', ' 10'].map((value) => [
        `X-Accel-Expires: ${value}`,
        [
          ask({ 'X-Accel-Expires': value }),
          ask({ 'X-Accel-Expires': value }, `/cached/${encodeURIComponent(value)}/`),
          ask({ 'X-Accel-Expires': value }, `/cached/${encodeURIComponent(value)}/`),
          ask({ 'X-Accel-Expires': value }, '/shown/'),
        ],
      ]),
    ),
    ...Object.fromEntries(
      ['100000', 'off', '0', 'x', '10m', '-5', ''].map((value) => [
        `X-Accel-Limit-Rate: ${value}`,
        ['/app/', '/shown/', '/ignored/'].map((place) => ask({ 'X-Accel-Limit-Rate': value }, place)),
      ]),
    ),
    'X-Accel-Redirect with everything': [
      ask({
        'X-Accel-Redirect': '/inside/page',
        'X-Other': 'x',
        'Content-Type': 'text/x',
        'Set-Cookie': 'a=b',
        'Content-Disposition': 'a',
        'Accept-Ranges': 'bytes',
        'Cache-Control': 'no-cache',
        Expires: 'Thu, 01 Jan 1970 00:00:01 GMT',
        Refresh: '1',
        Location: '/x',
        ETag: '"x"',
        'Last-Modified': 'Tue, 02 Jan 2024 03:04:05 GMT',
        Vary: 'x',
        'X-Accel-Charset': 'utf-8',
        'X-Accel-Limit-Rate': '100000',
        'X-Accel-Expires': '3',
        'X-Accel-Buffering': 'no',
      }),
      ask({ 'X-Accel-Redirect': '/inside/page', 'Content-Type': '', status: '404' }),
      ask({ 'X-Accel-Redirect': '/inside/page.html', status: '500' }),
      ask({ 'X-Accel-Redirect': '/inside/page', status: '302' }),
      ask({ 'X-Accel-Redirect': '/inside/page', status: '304' }),
      ask({ 'X-Accel-Redirect': '/inside/page', status: '201' }),
      ask({ 'X-Accel-Redirect': '/inside/page' }, '/cached/redirect/'),
      ask({ 'X-Accel-Redirect': '/inside/page' }, '/cached/redirect/'),
      ask({ 'X-Accel-Redirect': '/inside/page' }, '/off/'),
      ask({ 'X-Accel-Redirect': '/inside/page' }, '/ignored/'),
      ask({ 'X-Accel-Redirect': '/inside-app/x?status=404' }),
      ask({ 'X-Accel-Redirect': '' }),
      ask({ 'X-Accel-Redirect': '/inside/../page' }),
      ask({ 'X-Accel-Redirect': '/inside/%70age' }),
      ask({ 'X-Accel-Redirect': '/inside/page?a=b#c' }),
      ask({ 'X-Accel-Redirect': 'http://one.test/inside/page' }),
      ask({ 'X-Accel-Redirect': '/inside/%00' }),
    ],
    'expires over what the application says': [
      ask({ Expires: 'Thu, 01 Jan 1970 00:00:01 GMT', 'Cache-Control': 'no-store' }, '/expires/'),
      ask({ 'Cache-Control': 'private' }, '/expires/'),
      ask({}, '/expires/'),
    ],
    'hidden headers': ask(
      { 'X-Other': 'x', 'Last-Modified': 'Tue, 02 Jan 2024 03:04:05 GMT', 'Set-Cookie': 'a=b' },
      '/hidden/',
    ),
    'headers that are shown': ask({ Server: 'mine', 'X-Pad': 'x', Date: 'Tue, 02 Jan 2024 03:04:05 GMT' }, '/own/'),
  },
} satisfies CaseFile;
