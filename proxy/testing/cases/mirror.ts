import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CaseFile, get, post } from '../case-file.ts';

/** What each server's mirrors sent, and who waits for it. */
const seen = new Map<string, string[]>();
const waiting: (() => void)[] = [];

/** Answers `/seen?n=N` once N copies came since the last question. */
function app(request: IncomingMessage, response: ServerResponse): void {
  const side = String(request.headers['x-side']);
  const copies = seen.get(side) ?? [];
  seen.set(side, copies);
  const wanted = /^\/seen\?n=(\d+)/.exec(request.url!)?.[1];
  if (wanted === undefined) {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const size = body.length > 100 ? `${body.length} bytes` : body;
      const text = `${request.method} ${request.url} ${request.headers['x-original'] ?? '-'} [${size}]`;
      if (request.headers['x-copy'] !== undefined) copies.push(text);
      response.end(text);
      for (const check of waiting.splice(0)) check();
    });
    return;
  }
  const check = (): void => {
    if (copies.length < Number(wanted)) waiting.push(check);
    else response.end(copies.splice(0).sort().join('\n'));
  };
  check();
}

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_mirror_module.html',
  http: `
    proxy_set_header X-Side LOGS; client_body_buffer_size 4k;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /seen { proxy_pass http://127.0.0.1:APP; }
      location /copy { internal; proxy_pass http://127.0.0.1:APP$request_uri; proxy_set_header X-Copy 1; proxy_set_header X-Side LOGS; proxy_set_header X-Original $uri; }
      location /second { internal; proxy_pass http://127.0.0.1:APP/second; proxy_set_header X-Copy 2; proxy_set_header X-Side LOGS; }
      location /without { internal; proxy_pass http://127.0.0.1:APP; proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_set_header X-Copy 3; proxy_set_header X-Side LOGS; }
      location /fails { return 500; }
      location /app/ { mirror /copy; proxy_pass http://127.0.0.1:APP; }
      location /two/ { mirror /copy; mirror /second; proxy_pass http://127.0.0.1:APP; }
      location /file { mirror /copy; try_files /page =404; }
      location /bodyless/ { mirror /without; mirror_request_body off; proxy_pass http://127.0.0.1:APP; }
      location /failing/ { mirror /fails; proxy_pass http://127.0.0.1:APP; }
      location /outer/ {
        mirror /copy; proxy_pass http://127.0.0.1:APP;
        location /outer/off/ { mirror off; proxy_pass http://127.0.0.1:APP; }
        location /outer/in/ { proxy_pass http://127.0.0.1:APP; }
      }
      location /returned { mirror /copy; return 200 early; }
    }`,
  files: { page: 'a page' },
  app,
  errorLog: 'error',
  requests: {
    'a copy of a GET': [get('/app/x?a=b'), get('/seen?n=1')],
    'a copy of a POST with its body': [post('/app/y', 'name=value'), get('/seen?n=1')],
    'a body that is larger than memory takes': [post('/app/y', 'z'.repeat(50_000)), get('/seen?n=1')],
    'a chunked body': [
      'POST /app/z HTTP/1.1\r\nHost: one.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n',
      get('/seen?n=1'),
    ],
    'several copies': [post('/two/x', 'body'), get('/seen?n=2')],
    'a copy beside a file': [get('/file'), get('/seen?n=1')],
    'a copy without body': [post('/bodyless/x', 'body'), get('/seen?n=1')],
    'a mirror that fails changes nothing': [post('/failing/x', 'body'), get('/seen?n=0')],
    off: [get('/outer/off/x'), get('/seen?n=0')],
    inherited: [get('/outer/in/x'), get('/seen?n=1')],
    'what is answered before gets no copy': [get('/returned'), get('/seen?n=0')],
    HEAD: ['HEAD /app/x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n', get('/seen?n=1')],
  },
  configurations: {
    'off and a path': 'mirror off; mirror /a;',
    'a path and off': 'mirror /a; mirror off;',
    'the body is on or off': 'mirror_request_body maybe;',
  },
} satisfies CaseFile;
