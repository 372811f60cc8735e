import { type CaseFile, get } from '../case-file.ts';

const expecting = (target: string, body: string, more = '', value = '100-continue'): string =>
  `POST ${target} HTTP/1.1\r\nHost: one.test\r\nExpect: ${value}\r\n${more}Content-Length: 5\r\nConnection: close\r\n\r\n${body}`;
const chunked = (target: string, body: string): string =>
  `POST ${target} HTTP/1.1\r\nHost: one.test\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${body}`;

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#client_body_timeout',
  http: `
    client_body_timeout 400ms; lingering_timeout 200ms; lingering_time 400ms;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /app/ { proxy_pass http://127.0.0.1:APP; }
      location /streamed/ { proxy_pass http://127.0.0.1:APP; proxy_request_buffering off; proxy_http_version 1.1; }
      location /bodyless/ { proxy_pass http://127.0.0.1:APP; proxy_pass_request_body off; proxy_set_header Content-Length ""; }
      location /passes/ { proxy_pass http://127.0.0.1:APP; proxy_set_header Expect $http_expect; }
      location /returned { return 200 returned; }
      location /file { try_files /page =404; }
      location /small/ { client_max_body_size 3; proxy_pass http://127.0.0.1:APP; }
      location /denied/ { deny all; proxy_pass http://127.0.0.1:APP; }
      location /asks/ { auth_request /no; proxy_pass http://127.0.0.1:APP; }
      location /no { return 403; }
      location /mirrored/ { mirror /copy; proxy_pass http://127.0.0.1:APP; }
      location /copy { internal; proxy_pass http://127.0.0.1:APP/copy; }
      location /gone/ { proxy_pass http://127.0.0.1:1; }
      location /page-for-413/ { client_max_body_size 3; error_page 413 /returned; proxy_pass http://127.0.0.1:APP; }
      location /kept/ { client_body_in_file_only clean; proxy_pass http://127.0.0.1:APP; }
    }`,
  files: { page: 'a page' },
  app: (request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () =>
      response.end(`${request.method} ${request.url} [${body}] ${request.headers.expect ?? 'no expect'}`),
    );
  },
  errorLog: 'info',
  requests: Object.fromEntries([
    ...[
      '/app/',
      '/streamed/',
      '/bodyless/',
      '/passes/',
      '/returned',
      '/file',
      '/small/',
      '/denied/',
      '/asks/',
      '/mirrored/',
      '/gone/',
      '/page-for-413/',
      '/kept/',
    ].flatMap((target) => [
      [`${target}: the body is there`, expecting(target, 'abcde')],
      [`${target}: the body does not come`, expecting(target, '')],
      [`${target}: a part of the body`, expecting(target, 'abc')],
      [`${target}: chunks that are there`, chunked(target, '3\r\nabc\r\n0\r\n\r\n')],
      [`${target}: chunks that do not come`, chunked(target, '')],
    ]),
    ['in capitals', expecting('/app/', '', '', '100-CONTINUE')],
    ['something else', expecting('/app/', 'abcde', '', '200-ok')],
    ['a part of the word', expecting('/app/', '', '', '100-continu')],
    ['more than the word', expecting('/app/', '', '', '100-continue, x')],
    ['HTTP/1.0', 'POST /app/ HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n'],
    [
      'a second request on the connection',
      `${get('/returned').replace('Connection: close\r\n', '')}${expecting('/app/', '')}`,
    ],
  ]),
} satisfies CaseFile;
