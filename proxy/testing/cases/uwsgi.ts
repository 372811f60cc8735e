import { type CaseFile, get, post } from '../case-file.ts';
import type { GatewayRequest } from '../gateway-apps.ts';

/** What the application got, line by line. */
function echo({ parameters, modifiers, body }: GatewayRequest): string {
  const lines = parameters.map(([name, value]) => `${name}=${value}`);
  return `modifiers=${modifiers}\n${lines.join('\n')}\nbody=${body}\n`;
}

/** Answers by path; all others are an echo. */
const answers: Readonly<Record<string, string>> = {
  '/status-line': 'HTTP/1.1 201 Made Here\r\nX-A: b\r\nContent-Length: 2\r\n\r\nok',
  '/status-line-and-header': 'HTTP/1.0 200 OK\r\nStatus: 404 No\r\n\r\nok',
  '/status': 'Status: 404 Not Mine\r\nContent-Type: text/plain\r\n\r\nmissing',
  '/status-alone': 'Status: 503\r\n\r\nwords',
  '/status-bad': 'Status: abc\r\n\r\nwords',
  '/line-feeds': 'Status: 200 Fine\nContent-Type: text/plain\n\nbody\n',
  '/location': 'Location: /elsewhere\r\n\r\n',
  '/location-absolute': 'Location: http://elsewhere.test/\r\n\r\nmoved',
  '/no-header': '\r\njust a body',
  '/no-head': 'no colon in here\r\n\r\nbody',
  '/empty': '',
  '/half-head': 'Status: 200 OK\r\nX-A: b',
  '/short': 'Status: 200 OK\r\nContent-Length: 10\r\n\r\nshort',
  '/long': 'Status: 200 OK\r\nContent-Length: 4\r\n\r\nlonger',
  '/length-twice': 'Status: 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok',
  '/name-alone': 'Status: 200 OK\r\nname\r\nother\n\r\nok',
  '/no-name': 'Status: 200 OK\r\n: x\r\n\r\nok',
  '/return': 'Status: 200 OK\r\nA: b\rc\r\n\r\nok',
  '/length-bad': 'Status: 200 OK\r\nContent-Length: x\r\n\r\nok',
  '/chunked': 'Status: 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  '/no-content': 'Status: 204 Nothing\r\n\r\n',
  '/not-modified': 'Status: 304 Same\r\nETag: "a"\r\n\r\n',
  '/server': 'Server: mine/1\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nX-Pad: x\r\nX-Accel-Expires: 0\r\n\r\nown',
  '/cookies': 'Set-Cookie: a=b\r\nSet-Cookie: c=d\r\nConnection: close\r\nKeep-Alive: x\r\n\r\ntwo',
  '/accel': 'X-Accel-Redirect: /inside\r\nContent-Type: text/x-mine\r\n\r\nlost',
  '/type': 'Content-Type: text/html; charset=koi8-r\r\n\r\ntyped',
  '/500': 'Status: 500 Broken\r\n\r\nbroken',
  '/403': 'Status: 403 Forbidden\r\n\r\nno',
  '/429': 'Status: 429 Slowly\r\n\r\nslowly',
  '/big-head': `X-Big: ${'x'.repeat(8000)}\r\n\r\nbig`,
  '/big-body': `Content-Type: text/plain\r\n\r\n${'0123456789'.repeat(30_000)}`,
};

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_uwsgi_module.html',
  http: `
    log_format up '$request_uri $status $upstream_status $upstream_addr';
    access_log LOGS/access.log up;
    upstream two { server 127.0.0.1:1 max_fails=0; server 127.0.0.1:UWSGI max_fails=0; }
    upstream same { server 127.0.0.1:UWSGI max_fails=0; server 127.0.0.1:UWSGI max_fails=0; keepalive 4; }
    uwsgi_param REQUEST_METHOD $request_method;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location / {
        uwsgi_pass 127.0.0.1:UWSGI; uwsgi_param PATH $uri; uwsgi_param QUERY_STRING $query_string;
        uwsgi_param CONTENT_LENGTH $content_length; uwsgi_param CONTENT_TYPE $content_type;
      }
      location /inherited { uwsgi_pass uwsgi://127.0.0.1:UWSGI; }
      location /more/ { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_param A $arg_a; uwsgi_param B $arg_b if_not_empty; uwsgi_param A again; }
      location /hides { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_param HTTP_X_ONE ""; uwsgi_param HTTP_X_TWO mine; uwsgi_param HTTP_ z; uwsgi_param http_x_three w; }
      location /no-headers { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_pass_request_headers off; uwsgi_param CONTENT_LENGTH $content_length; }
      location /no-body { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_pass_request_body off; uwsgi_param CONTENT_LENGTH ""; uwsgi_param X y; }
      location /modified { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_modifier1 5; uwsgi_modifier2 7; }
      location /string { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_modifier1 9; uwsgi_string "\x03\x00"; uwsgi_pass_request_headers off; uwsgi_param A b; }
      location /streamed { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_request_buffering off; uwsgi_param CONTENT_LENGTH $content_length; }
      location /next/ { uwsgi_pass two; uwsgi_param PATH $uri; }
      location /retry/ { uwsgi_pass same; uwsgi_next_upstream http_500 http_403 http_429 invalid_header; rewrite ^/retry(/.*) $1 break; uwsgi_param PATH $uri; }
      location /variable { set $to 127.0.0.1:UWSGI; uwsgi_pass $to; uwsgi_param PATH $uri; }
      location /scheme-variable { set $to uwsgi://same; uwsgi_pass $to; uwsgi_param PATH $uri; }
      location /no-port-variable { set $to 127.0.0.1; uwsgi_pass $to; }
      location /no-resolver { set $to nowhere.test:80; uwsgi_pass $to; }
      location /refused { uwsgi_pass 127.0.0.1:1; }
      location /unix { uwsgi_pass unix:LOGS/nobody.sock; }
      location /group/ { uwsgi_pass same; uwsgi_param PATH $uri; }
      location /intercepted/ { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_intercept_errors on; error_page 404 /404.html; rewrite ^/intercepted(/.*) $1 break; uwsgi_param PATH $uri; }
      location /headers/ { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_hide_header Set-Cookie; uwsgi_pass_header X-Accel-Expires; rewrite ^/headers(/.*) $1 break; uwsgi_param PATH $uri; }
      location /unbuffered/ { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_buffering off; rewrite ^/unbuffered(/.*) $1 break; uwsgi_param PATH $uri; }
      location /ignored/ { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_ignore_headers X-Accel-Redirect; rewrite ^/ignored(/.*) $1 break; uwsgi_param PATH $uri; }
      location /large/ { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_buffer_size 16k; uwsgi_busy_buffers_size 16k; rewrite ^/large(/.*) $1 break; uwsgi_param PATH $uri; }
      location /too-big { uwsgi_pass 127.0.0.1:UWSGI; uwsgi_pass_request_headers off; set $a $http_x_long$http_x_long$http_x_long; uwsgi_param A $a$a$a$a; }
      location /in-if { if ($arg_if) { uwsgi_pass 127.0.0.1:UWSGI; } return 404; }
      location /inside { internal; return 200 "inside $request_method"; }
      location /dir/ { uwsgi_pass 127.0.0.1:UWSGI; }
    }`,
  files: { '404.html': 'our own page' },
  uwsgi: (request) => answers[request.get('PATH') ?? ''] ?? `Content-Type: text/plain\r\n\r\n${echo(request)}`,
  requests: {
    'parameters go in the order they are written, then the headers': get('/some/path?q=1', 'X-B: 1\r\nx-a-long: 2\r\n'),
    'parameters are inherited when a location has none': get('/inherited?q'),
    'a parameter may be empty, or left out then': [get('/more/?a=1&b=2'), get('/more/')],
    'HTTP_ parameters stand for headers': get('/hides', 'X-One: 1\r\nX-Two: 2\r\nX-Three: 3\r\nX-Four: 4\r\n'),
    'a header twice': get('/', 'X-A: 1\r\nX-A: 2\r\n'),
    'no headers': post('/no-headers', 'body', 'X-A: 1\r\n'),
    'no body': post('/no-body', 'body'),
    'a body': post('/x', 'the body', 'Content-Type: text/x\r\n'),
    'a chunked body has a length when it is there': `POST /x HTTP/1.1\r\nHost: one.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    'a body that is passed on': post('/streamed', 'streamed'),
    'a chunked one is not': `POST /streamed HTTP/1.1\r\nHost: one.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
    'a big body': post('/no-headers', 'b'.repeat(100_000)),
    modifiers: get('/modified'),
    'the next server when one refuses': get('/next/x'),
    'the next server for what uwsgi_next_upstream names': [
      get('/retry/500'),
      get('/retry/403'),
      get('/retry/429'),
      get('/retry/no-head'),
      get('/retry/status'),
      get('/retry/empty'),
    ],
    'a POST is not sent twice': post('/retry/500', 'body'),
    'an address out of a variable': get('/variable'),
    'a scheme and a group out of a variable': get('/scheme-variable'),
    'no port in a variable': get('/no-port-variable'),
    'a name and no resolver': get('/no-resolver'),
    'nobody listens': get('/refused'),
    'nobody listens at a socket': get('/unix'),
    'a group of servers, a connection each time': [get('/group/a'), get('/group/b')],
    ...Object.fromEntries(
      Object.keys(answers)
        .filter((path) => path !== '/long')
        .map((path) => [`answer ${path}`, get(path)]),
    ),
    'HEAD of an answer': `HEAD /status HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n`,
    'a client that keeps its connection': `GET /status HTTP/1.1\r\nHost: one.test\r\n\r\nGET /x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n`,
    'a client of HTTP/1.0': 'GET /status HTTP/1.0\r\n\r\n',
    'an error page in place of an answer': [get('/intercepted/status'), get('/intercepted/500')],
    'headers that are hidden and passed': [get('/headers/cookies'), get('/headers/server')],
    'without buffering': [get('/unbuffered/status'), get('/unbuffered/big-body'), get('/unbuffered/short')],
    'X-Accel-Redirect ignored': get('/ignored/accel'),
    'a head that fits': get('/large/big-head'),
    'more parameters than fit': get('/too-big', `X-Long: ${'x'.repeat(6000)}\r\n`),
    'uwsgi_pass in an if': [get('/in-if?if=1'), get('/in-if')],
    'a slash at the end is added': get('/dir'),
  },
  errorLog: 'warn',
  logs: ['access.log'],
  configurations: {
    'no words': 'server { location / { uwsgi_pass; } }',
    'not in a server': 'server { uwsgi_pass 127.0.0.1:1; }',
    twice: 'server { location / { uwsgi_pass 127.0.0.1:1; uwsgi_pass 127.0.0.1:1; } }',
    'no port': 'server { location / { uwsgi_pass 127.0.0.1; } }',
    'a bad port': 'server { location / { uwsgi_pass 127.0.0.1:x; } }',
    'no path': 'server { location / { uwsgi_pass unix:; } }',
    'no host': 'server { location / { uwsgi_pass uwsgi://; } }',
    'a group that follows': 'server { location / { uwsgi_pass later; } } upstream later { server 127.0.0.1:1; }',
    'a name': 'server { location / { uwsgi_pass localhost:3031; } }',
    'a parameter without a value': 'uwsgi_param A;',
    'a bad condition': 'uwsgi_param A b if_empty;',
    'a condition': 'uwsgi_param A b if_not_empty;',
    'an unknown variable': 'uwsgi_param A $nothing; server { }',
    modifiers: 'uwsgi_modifier1 256;',
    'modifiers that are no numbers': 'uwsgi_modifier2 x;',
    retries: 'uwsgi_next_upstream error http_502;',
    'retries that are known': 'uwsgi_next_upstream error http_404 http_429 non_idempotent updating;',
    buffers: 'server { location / { uwsgi_pass 127.0.0.1:1; uwsgi_buffers 1 4k; } }',
    'busy buffers': 'uwsgi_busy_buffers_size 1k; server { }',
    'a cache nobody declared': 'uwsgi_cache none; uwsgi_cache_key x; server { }',
    use_stale: 'uwsgi_cache_use_stale http_504;',
    'convert_head is of proxy alone': 'uwsgi_cache_convert_head on;',
    'a certificate without its key':
      'server { location / { uwsgi_pass suwsgi://127.0.0.1:1; uwsgi_ssl_certificate x; } }',
    'verify without authorities': 'server { location / { uwsgi_pass suwsgi://127.0.0.1:1; uwsgi_ssl_verify on; } }',
  },
} satisfies CaseFile;
