import { readFileSync } from 'node:fs';
import { type CaseFile, get, post } from '../case-file.ts';

const twice = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n`.repeat(2);
const late = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: one.test\r\nContent-Length: 10\r\nConnection: close\r\n\r\nabc`;

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#lingering_close',
  http: `
    log_format body '$uri $request_body $status';
    server {
      listen 127.0.0.1:PORT; server_name one.test; lingering_timeout 300ms;
      location /usual { return 200 usual; }
      location /always { lingering_close always; return 200 always; }
      location /never { lingering_close off; return 200 never; }
      location /short { lingering_time 0; return 200 short; }
      location /file/ { client_body_in_file_only clean; proxy_pass http://127.0.0.1:APP; proxy_set_header X-File $request_body_file;
        access_log LOGS/body.log body; }
      location /only-file/ { client_body_in_file_only clean; proxy_pass http://127.0.0.1:APP; proxy_set_header X-File $request_body_file;
        proxy_pass_request_body off; proxy_set_header Content-Length ''; }
      location /kept/ { client_body_in_file_only on; client_body_temp_path LOGS/kept 1 2; proxy_pass http://127.0.0.1:APP; proxy_set_header X-File $request_body_file; }
      location /memory/ { proxy_pass http://127.0.0.1:APP; proxy_set_header X-File $request_body_file; }
      location /big/ { client_body_buffer_size 1k; proxy_pass http://127.0.0.1:APP; access_log LOGS/body.log body; }
      location /delayed { auth_delay 200ms; auth_basic closed; auth_basic_user_file FOLDER/html/users; return 200 x; }
      location /delayed-any { auth_delay 200ms; satisfy any; deny all; auth_basic closed; auth_basic_user_file FOLDER/html/users; alias FOLDER/html/; }
    }
  `,
  files: { users: 'nobody:{PLAIN}x\n', 'page.txt': 'page' },
  app(request, response) {
    const bytes: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void bytes.push(chunk));
    request.on('end', () => {
      const file = request.headers['x-file'];
      const text = typeof file === 'string' ? readFileSync(file, 'latin1') : 'no file';
      const folder = typeof file === 'string' && file.includes('/kept/') ? file.split('/').length : '';
      response.end(`${Buffer.concat(bytes).length} ${text.length} ${text.slice(0, 20)} ${folder === '' ? '' : 'kept'}`);
    });
  },
  requests: {
    'a connection is closed': get('/usual'),
    'a connection is closed with something unread': twice('/usual'),
    'a connection is closed with a body unread': late('/usual'),
    'a connection always lingers': get('/always'),
    'a connection lingers over what is unread': late('/always'),
    'a connection never lingers': get('/never'),
    'a connection is closed at once with a body unread': late('/never'),
    'no time to linger': late('/short'),
    'a body is in a file': post('/file/x', 'hello'),
    'an empty body is in a file': post('/file/x', ''),
    'a request without a body has no file': get('/file/x'),
    'a body in pieces is in a file':
      'POST /file/x HTTP/1.1\r\nHost: one.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    'the file is sent in place of the body': post('/only-file/x', 'hello'),
    'the file stays': post('/kept/x', 'hello'),
    'a body in memory': post('/memory/x', 'hello'),
    'a body that is too big for memory': post('/big/x', 'x'.repeat(5000)),
    'who has no password waits': get('/delayed'),
    'who has no password waits whatever else there is': get('/delayed-any/page.txt'),
    'who waits goes away': [get('/usual'), get('/delayed', 'Authorization: Basic bm9ib2R5Ong=\r\n')],
  },
  logs: ['body.log'],
  configurations: {
    'lingering like nobody': 'lingering_close maybe;',
    'bodies in files, perhaps': 'client_body_in_file_only maybe;',
    'a delay that is none': 'auth_delay x;',
    'aio on': 'aio on;',
    'aio with threads': 'aio threads; aio_write on; open_file_cache_events on;',
    'aio like nobody': 'aio thread;',
    'aio twice': 'aio off; aio threads=default;',
    'ocsp off': 'ssl_ocsp off; ssl_ocsp_cache off; ssl_ocsp_responder http://a.test/;',
    'ocsp like nobody': 'ssl_ocsp maybe;',
    'a cache that is too small': 'ssl_ocsp_cache shared:x:1k;',
    'a cache that is none': 'ssl_ocsp_cache x;',
    'stapling of a file': 'ssl_stapling_file x; ssl_stapling_responder http://a.test/;',
  },
} satisfies CaseFile;
