import { type CaseFile, get, post } from '../case-file.ts';

const names = (text: string): string => text.trim().split(/\s+/).join('|$');

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#variables',
  http: `
    log_format sent '$uri $sent_http_connection|$sent_http_keep_alive|$sent_http_transfer_encoding|$sent_http_content_length|'
      '$sent_http_content_type|$sent_http_location|$sent_http_cache_control|$sent_http_last_modified|$sent_http_x_y|$sent_trailer_x_t|'
      '$compressed|$request_completion|$pipe|$status';
    log_format upstream '$uri $upstream_bytes_sent|$upstream_bytes_received|$upstream_response_length|$upstream_status|$upstream_trailer_x';
    log_format body '$uri $request_body|$request_length';
    map $gzip_ratio $compressed { '' none; ~^[1-9][0-9]+\\.[0-9][0-9]$ well; default badly; }
    types { text/css css; text/plain txt; }
    upstream two { server 127.0.0.1:1 max_fails=0; server 127.0.0.1:APP max_fails=0; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html; access_log LOGS/sent.log sent;
      location /names { return 200 "$${names('http_a_b http_a http_x_f arg_a cookie_c cookie_none ssl_early_data ssl_curve ssl_ciphers ssl_client_s_dn_legacy ssl_client_i_dn_legacy')}"; }
      location /time { return 200 "$connection_requests"; if ($connection_time ~ ^0\\.[0-9]+$) { return 200 good; } }
      location /keep { keepalive_timeout 75 20; return 200 x; }
      location /away { return 301 /x; }
      location /add/ { alias FOLDER/html/; add_header X-Y 1; add_header Cache-Control a; add_header Cache-Control b; add_trailer X-T $uri; }
      location /zip/ { alias FOLDER/html/; gzip on; gzip_types text/css; }
      location /up/ { proxy_pass http://127.0.0.1:APP/; access_log LOGS/upstream.log upstream; }
      location /unbuffered/ { proxy_pass http://127.0.0.1:APP/; proxy_buffering off; access_log LOGS/upstream.log upstream; }
      location /streamed/ { proxy_pass http://127.0.0.1:APP/; proxy_request_buffering off; access_log LOGS/upstream.log upstream; }
      location /one-one/ { proxy_pass http://127.0.0.1:APP/; proxy_http_version 1.1; access_log LOGS/upstream.log upstream; }
      location /intercepted/ { proxy_pass http://127.0.0.1:APP/; proxy_intercept_errors on; access_log LOGS/upstream.log upstream; }
      location /again/ { proxy_pass http://127.0.0.1:APP/; proxy_intercept_errors on; error_page 404 = /up/found; access_log LOGS/upstream.log upstream; }
      location /body/ { proxy_pass http://127.0.0.1:APP/; access_log LOGS/body.log body; }
      location /unread/ { return 200 x; access_log LOGS/body.log body; }
      location /own-body/ { proxy_pass http://127.0.0.1:APP/; proxy_set_body "<$request_body>"; access_log LOGS/body.log body; }
      location /in-header/ { proxy_pass http://127.0.0.1:APP/; proxy_set_header X-Body $request_body; }
      location /mirrored/ { mirror /copy; proxy_pass http://127.0.0.1:APP/; access_log LOGS/body.log body; }
      location /copy { internal; return 204; }
    }
    server {
      listen 127.0.0.1:PORT; server_name other.test;
      location /names { return 200 "$http_a_b"; }
    }
    server {
      listen 127.0.0.1:OTHER; underscores_in_headers on;
      location / { return 200 "$http_a_b|$http_a_b_c"; }
    }
    server {
      listen 127.0.0.1:PORT; server_name passes.test;
      location / { proxy_pass http://127.0.0.1:OTHER; proxy_set_header A_B 1; proxy_set_header A-B_c 2; }
    }
  `,
  files: { 'page.css': 'a { b: c; }\n'.repeat(400), 'small.txt': 'small' },
  app(request, response) {
    const bytes: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void bytes.push(chunk));
    request.on('end', () => {
      if (request.url === '/missing') response.statusCode = 404;
      if (request.url === '/head-only') response.statusCode = 204;
      response.sendDate = false;
      const body = `${request.method} ${request.headers['x-body'] ?? ''} ${Buffer.concat(bytes).toString('latin1')}`;
      if (request.url === '/sized') response.setHeader('Content-Length', body.length);
      response.end(body);
    });
  },
  requests: {
    'a header whose name has dashes': get('/names?a=1', 'A-B: 1\r\nA: 2\r\nX-F: 3\r\nCookie: c=4; d=5\r\n'),
    'a header whose name has underscores isn’t there': get('/names', 'A_B: 1\r\n'),
    'underscores in headers are underscores in variables': get('/', '', 'passes.test'),
    'the time of a connection': get('/time'),
    'a connection that is closed': get('/add/small.txt'),
    'a connection that is kept': `GET /keep HTTP/1.1\r\nHost: one.test\r\n\r\n${get('/small.txt', 'X-Last: yes\r\n')}`,
    'a redirect': get('/away'),
    'a compressed answer': get('/zip/page.css', 'Accept-Encoding: gzip\r\n'),
    'an answer that isn’t compressed': get('/zip/page.css'),
    'a head alone': 'HEAD /zip/page.css HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'bytes from an upstream': get('/up/x'),
    'bytes from an upstream that says how many': get('/up/sized'),
    'bytes from an upstream in chunks': get('/one-one/x'),
    'bytes of an unbuffered answer': get('/unbuffered/sized'),
    'bytes of a request with a body': post('/up/x', 'body'),
    'bytes of a request with a streamed body': post('/streamed/x', 'body'),
    'an answer of an upstream without a body': get('/up/head-only'),
    'a HEAD to an upstream': 'HEAD /up/sized HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'an answer of an upstream that is replaced': get('/intercepted/missing'),
    'two upstreams one after the other': get('/again/missing'),
    'a body that was read': post('/body/x', 'hello world'),
    'no body': get('/body/x'),
    'an empty body': post('/body/x', ''),
    'a body that nobody reads': post('/unread/x', 'hello'),
    'a body that is put into another': post('/own-body/x', 'hello'),
    'a body in a header': post('/in-header/x', 'hello'),
    'a body that was mirrored': post('/mirrored/x', 'hello'),
  },
  logs: ['sent.log', 'upstream.log', 'body.log'],
} satisfies CaseFile;
