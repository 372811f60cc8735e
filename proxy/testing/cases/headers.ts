import { type CaseFile, get } from '../case-file.ts';

const STATUSES = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308, 400, 403, 404, 410, 500, 503];

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_headers_module.html',
  http: `
    map $arg_e $life { default off; long 1d; short 0; past -5; broken x; epoch epoch; max max; }
    add_header X-Http http;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /inherit { return 200 x; }
      location /own { add_header X-Own own; return 200 x; }
      location /two { add_header X-A 1; add_header X-A 2; add_header X-Empty ""; add_header X-Var "$uri-$status"; return 200 x; }
      location /nested { add_header X-Outer outer; location /nested/in { return 200 x; } location /nested/own { add_header X-In in; return 200 x; } }
      ${STATUSES.map((status) => `location /${status} { add_header X-Some some; add_header X-All all always; return ${status}; }`).join('\n')}
      location /replace/ { alias FOLDER/html/; add_header Last-Modified "Mon, 01 Jan 2024 00:00:00 GMT"; add_header ETag '"mine"'; }
      location /remove/ { alias FOLDER/html/; add_header Last-Modified ""; add_header ETag ""; }
      location /cache { add_header Cache-Control public; add_header Cache-Control "max-age=5"; add_header Link "</a>"; return 200 x; }
      location /if { if ($arg_x) { add_header X-If yes; } add_header X-Plain yes; return 200 x; }
      location /day/ { alias FOLDER/html/; expires 1d; }
      location /week/ { alias FOLDER/html/; expires +1w; }
      location /past/ { alias FOLDER/html/; expires -1; }
      location /zero/ { alias FOLDER/html/; expires 0; }
      location /epoch/ { alias FOLDER/html/; expires epoch; }
      location /max/ { alias FOLDER/html/; expires max; }
      location /modified/ { alias FOLDER/html/; expires modified 1y; }
      location /modified-past/ { alias FOLDER/html/; expires modified +24h; }
      location /daily/ { alias FOLDER/html/; expires @0; }
      location /life/ { alias FOLDER/html/; expires $life; }
      location /outer/ { expires 1d; alias FOLDER/html/; location /outer/in/ { alias FOLDER/html/; } location /outer/off/ { expires off; alias FOLDER/html/; } }
      location /expires-404/ { alias FOLDER/html/; expires 1d; }
      location /both { expires 1h; add_header Cache-Control "private" always; return 200 x; }
      location /app { proxy_pass http://127.0.0.1:APP; expires 1h; add_header X-More more; }
      location /app-plain { proxy_pass http://127.0.0.1:APP; add_header Cache-Control extra; }
      location /trailer/ { alias FOLDER/html/; add_trailer X-Sum "$status-$uri"; add_trailer X-Empty ""; }
      location /trailer-404/ { alias FOLDER/html/; add_trailer X-Some some; }
      location /trailer-always/ { alias FOLDER/html/; add_trailer X-All all always; }
      location /trailer-app { proxy_pass http://127.0.0.1:APP; add_trailer X-T t; }
    }`,
  files: { page: 'a page', 'big.bin': '0123456789'.repeat(20_000) },
  app: (_, response) => {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Expires', 'Thu, 01 Jan 1970 00:00:00 GMT');
    response.end('application');
  },
  // Seconds that pass between the two.
  ignore: /(?<=max-age=)(?!86400|604800|0|315360000|3600|5)\d+/g,
  requests: {
    'inherited from http': get('/inherit'),
    'a header of its own replaces inherited ones': get('/own'),
    'several headers, empty ones left out, variables': get('/two'),
    'inherited from the location around it': get('/nested/in'),
    'not inherited where there are own ones': get('/nested/own'),
    ...Object.fromEntries(STATUSES.map((status) => [`with status ${status}, and always`, get(`/${status}`)])),
    'Last-Modified and ETag are replaced': get('/replace/page'),
    'conditions look at the file all the same': get(
      '/replace/page',
      'If-Modified-Since: Tue, 02 Jan 2024 03:04:05 GMT\r\n',
    ),
    'Last-Modified and ETag are removed': get('/remove/page'),
    'several Cache-Control': get('/cache'),
    'in an if': get('/if?x=1'),
    'not in an if': get('/if'),
    'expires in a day': get('/day/page'),
    'expires in a week, with a sign': get('/week/page'),
    'expires in the past': get('/past/page'),
    'expires now': get('/zero/page'),
    'expires epoch': get('/epoch/page'),
    'expires max': get('/max/page'),
    'expires after the change': get('/modified/page'),
    'expires after the change, in the past': get('/modified-past/page'),
    'expires at a time of the day': get('/daily/page'),
    ...Object.fromEntries(
      ['long', 'short', 'past', 'broken', 'epoch', 'max', 'none'].map((life) => [
        `expires by variable: ${life}`,
        get(`/life/page?e=${life}`),
      ]),
    ),
    'expires inherited': get('/outer/in/page'),
    'expires off': get('/outer/off/page'),
    'no expires on an error': get('/expires-404/nowhere'),
    'expires and Cache-Control': get('/both'),
    'an application that sends both': get('/app'),
    'a header that the application sends as well': get('/app-plain'),
    'a trailer': get('/trailer/page'),
    'a trailer after a large file': get('/trailer/big.bin'),
    'a trailer in HTTP/1.0': 'GET /trailer/page HTTP/1.0\r\nHost: one.test\r\n\r\n',
    'a trailer and HEAD': 'HEAD /trailer/page HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'a trailer and a range': get('/trailer/page', 'Range: bytes=0-1\r\n'),
    'a trailer and a connection that stays': `GET /trailer/page HTTP/1.1\r\nHost: one.test\r\n\r\n${get('/inherit')}`,
    'no trailer on an error': get('/trailer-404/nowhere'),
    'a trailer always': get('/trailer-always/nowhere'),
    'a trailer after an application': get('/trailer-app'),
  },
  configurations: {
    'always is the one parameter': 'add_header A b sometimes;',
    'too few words': 'add_header A;',
    'expires is a time': 'expires soon;',
    'expires modified': 'expires changed 1d;',
    'expires twice': 'expires 1d; expires 2d;',
    'a time of the day': 'expires @25h;',
    'a time of the day after the change': 'expires modified @1h;',
    'a trailer parameter': 'add_trailer A b sometimes;',
    'not in an if of a server': 'server { if ($uri) { add_header A b; } }',
  },
} satisfies CaseFile;
