import { type CaseFile, get, post } from '../case-file.ts';
import { endRequest, fastcgiRecord, type GatewayAnswer, type GatewayRequest, stderr, stdout } from '../gateway-apps.ts';

/** What the application got, line by line. */
function echo({ parameters, modifiers, body, count }: GatewayRequest): string {
  const lines = parameters.map(([name, value]) => `${name}=${value}`);
  return `role and flags=${modifiers} request ${count}\n${lines.join('\n')}\nbody=${body}\n`;
}

const end = [stdout(''), endRequest];
const eight = (text: string): Buffer => stdout(text, (8 - (text.length & 7)) & 7);

/** Answers by path; all others are an echo. */
const answers: Readonly<Record<string, GatewayAnswer>> = {
  '/status': 'Status: 404 Not Mine\r\nContent-Type: text/plain\r\n\r\nmissing',
  '/status-alone': 'Status: 503\r\n\r\nwords',
  '/status-bad': 'Status: abc\r\n\r\nwords',
  '/status-line': 'HTTP/1.1 201 Made\r\nX-A: b\r\n\r\nmade',
  '/line-feeds': 'Content-Type: text/plain\n\nbody\n',
  '/location': 'Location: /elsewhere\r\n\r\n',
  '/no-head': 'no colon in here\r\n\r\nbody',
  '/empty': '',
  '/nothing': { records: [], closed: true },
  '/closed-in-head': { records: [stdout('Status: 200 OK\r\nX-A: b')], closed: true },
  '/length': 'Content-Length: 4\r\n\r\nfour',
  '/short': 'Content-Length: 10\r\n\r\nshort',
  '/length-bad': 'Content-Length: x\r\n\r\nok',
  '/no-content': 'Status: 204 Nothing\r\n\r\n',
  '/not-modified': 'Status: 304 Same\r\nETag: "a"\r\n\r\n',
  '/server': 'Server: mine/1\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nX-Pad: x\r\nX-Accel-Expires: 0\r\n\r\nown',
  '/accel': 'X-Accel-Redirect: /inside\r\nContent-Type: text/x-mine\r\n\r\nlost',
  '/500': 'Status: 500 Broken\r\n\r\nbroken',
  '/403': 'Status: 403 Forbidden\r\n\r\nno',
  '/big-head': `X-Big: ${'x'.repeat(8000)}\r\n\r\nbig`,
  '/big-body': `Content-Type: text/plain\r\n\r\n${'0123456789'.repeat(30_000)}`,
  '/records': {
    records: [
      stdout('Sta', 5),
      stdout('tus: 201 Made\r'),
      eight('\nX-A: b\r\n\r\nfirst '),
      stdout('second', 255),
      ...end,
    ],
  },
  '/stderr-before': { records: [stderr('PHP message: oh no.\n'), stdout('X-A: b\r\n\r\nbody'), ...end] },
  '/stderr-after': {
    records: [stdout('X-A: b\r\n\r\nbody'), stderr('later . \r\n'), stderr(''), stdout(' and more'), ...end],
  },
  '/stderr-caught': { records: [stderr('a Fatal error happened'), stdout('X-A: b\r\n\r\nbody'), ...end] },
  '/stderr-caught-late': { records: [stdout('X-A: b\r\n\r\nbody'), stderr('Fatal error'), ...end] },
  '/end-at-once': { records: [endRequest] },
  '/no-end': { records: [stdout('X-A: b\r\n\r\nbody')], closed: true },
  '/no-end-of-stdout': { records: [stdout('X-A: b\r\n\r\nbody'), endRequest] },
  '/version': { records: [Buffer.from([2, 6, 0, 1, 0, 0, 0, 0])] },
  '/type': { records: [fastcgiRecord(9, 'x')] },
  '/id-high': { records: [Buffer.from([1, 6, 1, 1, 0, 0, 0, 0])] },
  '/id-low': { records: [Buffer.from([1, 6, 0, 2, 0, 0, 0, 0])] },
};

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html',
  http: `
    log_format up '$request_uri $status $upstream_status $upstream_addr';
    access_log LOGS/access.log up;
    upstream two { server 127.0.0.1:1 max_fails=0; server 127.0.0.1:FASTCGI max_fails=0; }
    upstream same { server 127.0.0.1:FASTCGI max_fails=0; server 127.0.0.1:FASTCGI max_fails=0; }
    upstream kept { server 127.0.0.1:FASTCGI max_fails=0; keepalive 1; }
    upstream kept-other { server 127.0.0.1:FASTCGI max_fails=0; keepalive 1; }
    fastcgi_index index.php;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location / { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_param PATH $uri; fastcgi_param LENGTH $content_length; }
      location /scripts { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_param SCRIPT $fastcgi_script_name; fastcgi_param INFO $fastcgi_path_info; }
      location ~ ^/split/.*\\.php { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_split_path_info ^(.+\\.php)(.*)$; fastcgi_param SCRIPT $document_root$fastcgi_script_name; fastcgi_param INFO $fastcgi_path_info; }
      location /split/ { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_split_path_info ^/x(.+)(y)$; fastcgi_index other; fastcgi_param SCRIPT $fastcgi_script_name; fastcgi_param INFO $fastcgi_path_info; }
      location /params { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_param A $arg_a; fastcgi_param B $arg_b if_not_empty; fastcgi_param HTTP_X_ONE ""; fastcgi_param HTTP_X_TWO two; fastcgi_param LONG "$arg_a$arg_a$arg_a$arg_a"; }
      location /stock { include /etc/nginx/fastcgi_params; fastcgi_pass 127.0.0.1:FASTCGI; }
      location /stock.conf { include /etc/nginx/fastcgi.conf; fastcgi_pass 127.0.0.1:FASTCGI; }
      location /no-headers { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_pass_request_headers off; fastcgi_param X $content_length; }
      location /no-body { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_pass_request_body off; fastcgi_param X y; }
      location /streamed { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_request_buffering off; fastcgi_param X $http_content_length; }
      location /next/ { fastcgi_pass two; fastcgi_param PATH $uri; }
      location /retry/ { fastcgi_pass same; fastcgi_next_upstream http_500 http_403 invalid_header; fastcgi_catch_stderr "Fatal error"; rewrite ^/retry(/.*) $1 break; fastcgi_param PATH $uri; }
      location /variable { set $to 127.0.0.1:FASTCGI; fastcgi_pass $to; fastcgi_param PATH $uri; }
      location /group-variable { set $to same; fastcgi_pass $to; fastcgi_param PATH $uri; }
      location /no-port-variable { set $to localhost; fastcgi_pass $to; }
      location /refused { fastcgi_pass 127.0.0.1:1; }
      location /unix { fastcgi_pass unix:LOGS/nobody.sock; }
      location /kept/ { fastcgi_pass kept; fastcgi_keep_conn on; rewrite ^/kept(/.*) $1 break; fastcgi_param PATH $uri; }
      location /kept-unbuffered/ { fastcgi_pass kept-other; fastcgi_keep_conn on; fastcgi_buffering off; rewrite ^/kept-unbuffered(/.*) $1 break; fastcgi_param PATH $uri; }
      location /not-kept/ { fastcgi_pass kept; rewrite ^/not-kept(/.*) $1 break; fastcgi_param PATH $uri; }
      location /caught/ { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_catch_stderr nothing; fastcgi_catch_stderr "Fatal error"; rewrite ^/caught(/.*) $1 break; fastcgi_param PATH $uri; }
      location /intercepted/ { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_intercept_errors on; error_page 404 /404.html; rewrite ^/intercepted(/.*) $1 break; fastcgi_param PATH $uri; }
      location = /404.html { }
      location /headers/ { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_hide_header X-A; fastcgi_pass_header Status; rewrite ^/headers(/.*) $1 break; fastcgi_param PATH $uri; }
      location /unbuffered/ { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_buffering off; rewrite ^/unbuffered(/.*) $1 break; fastcgi_param PATH $uri; }
      location /too-big { fastcgi_pass 127.0.0.1:FASTCGI; fastcgi_pass_request_headers off; set $a $http_x_long$http_x_long$http_x_long; fastcgi_param A $a$a$a$a; }
      location /inside { internal; return 200 "inside $request_method"; }
      location /dir/ { fastcgi_pass 127.0.0.1:FASTCGI; }
    }`,
  files: { '404.html': 'our own page' },
  fastcgi: (request) => answers[request.get('PATH') ?? ''] ?? `Content-Type: text/plain\r\n\r\n${echo(request)}`,
  requests: {
    'parameters go in the order they are written, then the headers': get('/some/path?q=1', 'X-B: 1\r\nx-a-long: 2\r\n'),
    'the script and what follows': [get('/scripts'), get('/scripts/'), get('/scripts/a.php/b')],
    fastcgi_split_path_info: [get('/split/a.php'), get('/split/a.php/b/c'), get('/split/a.php.php/x'), get('/split/')],
    'parameters that are empty, hide headers, or are long': [
      get('/params?a=1&b=2', 'X-One: 1\r\nX-Two: 2\r\nX-Three: 3\r\n'),
      get(`/params?a=${'x'.repeat(100)}`),
    ],
    "the parameters of nginx's own files": [get('/stock?a=b', 'Host-X: y\r\n'), get('/stock.conf', 'X-A: b\r\n')],
    'no headers': post('/no-headers', 'body', 'X-A: 1\r\n'),
    'no body': post('/no-body', 'body'),
    'a body': post('/x', 'the body', 'Content-Type: text/x\r\n'),
    'a chunked body':
      'POST /x HTTP/1.1\r\nHost: one.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n',
    'a body that is passed on': post('/streamed', 'streamed'),
    'a chunked one too':
      'POST /streamed HTTP/1.1\r\nHost: one.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    'a big body': post('/no-headers', 'b'.repeat(100_000)),
    'the next server when one refuses': get('/next/x'),
    'the next server for what fastcgi_next_upstream names': [
      get('/retry/500'),
      get('/retry/403'),
      get('/retry/no-head'),
      get('/retry/version'),
      get('/retry/stderr-caught'),
      get('/retry/status'),
    ],
    'an address out of a variable': [get('/variable'), get('/group-variable'), get('/no-port-variable')],
    'nobody listens': get('/refused'),
    'nobody listens at a socket': get('/unix'),
    ...Object.fromEntries(Object.keys(answers).map((path) => [`answer ${path}`, get(path)])),
    'a connection is kept when both sides want it': [
      get('/kept/a'),
      get('/kept/b'),
      get('/not-kept/c'),
      get('/kept/d'),
    ],
    'a kept connection and answers of all kinds': [
      get('/kept/records'),
      get('/kept/x'),
      get('/kept/stderr-after'),
      get('/kept/length'),
      get('/kept/x'),
    ],
    'a kept connection and no body': [get('/kept/no-content'), get('/kept/x')],
    'a kept connection and a HEAD': [
      'HEAD /kept/x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
      get('/kept/x'),
    ],
    'a kept connection without buffering': [
      get('/kept-unbuffered/a'),
      get('/kept-unbuffered/records'),
      get('/kept-unbuffered/b'),
    ],
    'an answer that is cut on a kept connection': [get('/kept/no-end'), get('/kept/short')],
    'stderr that is caught, and one too late': [get('/caught/stderr-caught'), get('/caught/stderr-caught-late')],
    'HEAD of an answer': 'HEAD /status HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'a client that keeps its connection':
      'GET /status HTTP/1.1\r\nHost: one.test\r\n\r\nGET /x HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'an error page in place of an answer': [get('/intercepted/status'), get('/intercepted/500')],
    'headers that are hidden and passed': get('/headers/records'),
    'without buffering': [get('/unbuffered/records'), get('/unbuffered/big-body'), get('/unbuffered/stderr-before')],
    'more parameters than fit': get('/too-big', `X-Long: ${'x'.repeat(6000)}\r\n`),
    'a slash at the end is added': get('/dir'),
  },
  ignore: /(REMOTE_PORT|SERVER_PORT|SERVER_SOFTWARE)=.*/g,
  errorLog: 'warn',
  logs: ['access.log'],
  configurations: {
    twice: 'server { location / { fastcgi_pass 127.0.0.1:1; fastcgi_pass 127.0.0.1:1; } }',
    'no port': 'server { location / { fastcgi_pass 127.0.0.1; } }',
    'a scheme': 'server { location / { fastcgi_pass fastcgi://127.0.0.1:9000; } }',
    'no path': 'server { location / { fastcgi_pass unix:; } }',
    'a group that follows': 'server { location / { fastcgi_pass later; } } upstream later { server 127.0.0.1:1; }',
    captures: 'fastcgi_split_path_info ^(.+)$;',
    'more captures': 'fastcgi_split_path_info ^(.)(.)(.)$;',
    'a bad expression': 'fastcgi_split_path_info ^(.;',
    'a bad condition': 'fastcgi_param A b if_empty;',
    keep_conn: 'fastcgi_keep_conn yes;',
    'index twice': 'fastcgi_index a; fastcgi_index b;',
    retries: 'fastcgi_next_upstream http_504;',
    'ignored headers': 'fastcgi_ignore_headers X-Mine;',
    buffers: 'server { location / { fastcgi_pass 127.0.0.1:1; fastcgi_max_temp_file_size 1k; } }',
    'a cache nobody declared': 'fastcgi_cache none; fastcgi_cache_key x; server { }',
    'what is not there': 'fastcgi_ssl_verify on;',
    lowat: 'fastcgi_send_lowat 12k;',
    'lowat that is no size': 'fastcgi_send_lowat x;',
  },
} satisfies CaseFile;
