import { type CaseFile, get } from '../case-file.ts';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_log_module.html',
  http: `
    map $status $bad { ~^[23] 0; default 1; }
    log_format default '$request|$http_x|$none|$arg_a';
    log_format json escape=json '{"x":"$http_x","none":"$none","a":"$arg_a"}';
    log_format none escape=none '$http_x|$none|$arg_a';
    log_format parts '$uri' ' ' "\${status}-" '$body_bytes_sent $bytes_sent $request_length $connection_requests $pipe';
    log_format facts '$remote_addr $remote_user $host $server_name $scheme $request_method $request_uri $query_string $is_args $server_protocol $https';
    log_format sent '$sent_http_content_type|$sent_http_location|$sent_http_x_none|$http_user_agent|$http_referer|$cookie_c|$content_length|$content_type';
    set $none "";
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      access_log LOGS/default.log default;
      location /json { access_log LOGS/json.log json; return 200 x; }
      location /none { access_log LOGS/none.log none; return 200 x; }
      location /parts { access_log LOGS/parts.log parts; try_files /page =404; }
      location /facts { access_log LOGS/facts.log facts; return 200 x; }
      location /sent { access_log LOGS/sent.log sent; return 200 x; }
      location /redirect { access_log LOGS/sent.log sent; return 301 /elsewhere; }
      location /combined { access_log LOGS/combined.log; return 200 x; }
      location /if/ { access_log LOGS/if.log default if=$bad; alias FOLDER/html/; }
      location /two { access_log LOGS/two-a.log default; access_log LOGS/two-b.log json; return 200 x; }
      location /off { access_log off; return 200 x; }
      location /buffer { access_log LOGS/buffer.log default buffer=1k flush=100ms; return 200 x; }
      location /named { access_log LOGS/named-$arg_n.log default; return 200 x; }
      location /cached { access_log LOGS/cached-$arg_n.log default; open_log_file_cache max=2; return 200 x; }
      location /rootless { root FOLDER/nowhere; access_log LOGS/rootless-$arg_n.log default; return 200 x; }
      location /in-if { access_log off; if ($arg_l) { access_log LOGS/in-if.log default; } return 200 x; }
      location /except { access_log off; limit_except GET { access_log LOGS/except.log default; } return 200 x; }
      location /sub { access_log LOGS/sub.log parts; auth_request /asked; log_subrequest on; try_files /page =404; }
      location /asked { access_log LOGS/asked.log parts; log_subrequest on; return 204; }
      location /error { access_log LOGS/error-page.log parts; error_page 404 /page; }
      location = /page { access_log LOGS/page.log parts; }
    }`.replace('    set $none "";\n', '    map $uri $none { /never "x"; }\n'),
  files: { page: 'a page' },
  logs: [
    'default.log',
    'json.log',
    'none.log',
    'parts.log',
    'facts.log',
    'sent.log',
    'if.log',
    'two-a.log',
    'two-b.log',
    'buffer.log',
    'named-1.log',
    'named-2.log',
    'cached-1.log',
    'cached-2.log',
    'cached-3.log',
    'in-if.log',
    'except.log',
    'sub.log',
    'asked.log',
    'page.log',
  ],
  requests: {
    'escape=default': get('/x?a=%41"\\', 'X: a"b\\c\x01\x7f\xe9\r\n'),
    'escape=json': get('/json?a=%41"\\', 'X: a"b\\c\x01\x7f\xe9\t\r\n'),
    'escape=none': get('/none?a="\\', 'X: a"b\\c\x01\x7f\xe9\r\n'),
    'a format in parts': get('/parts'),
    'what a request is': get('/facts?x=y', 'Authorization: Basic dXNlcjpwYXNz\r\n'),
    'what an answer is': get('/sent', 'User-Agent: u\r\nReferer: r\r\nCookie: c=1\r\n'),
    'where an answer points to': get('/redirect'),
    'a body':
      'POST /sent HTTP/1.1\r\nHost: one.test\r\nContent-Type: text/x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc',
    'a condition that holds': get('/if/nowhere'),
    'a condition that does not hold': get('/if/page'),
    'several logs': get('/two'),
    off: get('/off'),
    'a buffer': [get('/buffer?1'), get('/buffer?2'), get('/buffer?3')],
    'a name with variables': [get('/named?n=1'), get('/named?n=2'), get('/named?n=1')],
    'files kept open': [get('/cached?n=1'), get('/cached?n=2'), get('/cached?n=3'), get('/cached?n=1')],
    'a name with variables needs a root that exists': get('/rootless?n=1'),
    'in an if': [get('/in-if?l=1'), get('/in-if')],
    'in limit_except': [get('/except'), 'DELETE /except HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n'],
    'a subrequest': get('/sub'),
    'an error page is logged where it is made': get('/error'),
    'an invalid request': 'GET /\x01 HTTP/1.1\r\nHost: one.test\r\n\r\n',
    'a request line that is none': 'nonsense\r\n\r\n',
  },
  configurations: {
    'off stands alone': 'access_log off combined;',
    'an unknown format': 'access_log logs/x unknown;',
    'a format comes before its options': 'access_log logs/x buffer=1k;',
    'a format in any case': 'log_format a x; access_log logs/x A;',
    'combined is known': 'log_format combined x;',
    'a format twice': 'log_format a x; log_format a y;',
    'an unknown escape': 'log_format a escape=xml x;',
    'an unknown variable': 'log_format a $nowhere; server { access_log logs/x a; }',
    'a bracket that is missing': 'log_format a ${x;'.replace('${', '${'),
    'a dollar alone': 'log_format a "x $";',
    'an invalid parameter': 'access_log logs/x combined fast;',
    'a buffer size': 'access_log logs/x combined buffer=x;',
    'a flush time': 'access_log logs/x combined buffer=1k flush=x;',
    'a flush without buffer': 'access_log logs/x combined flush=1s;',
    'a level of compression': 'access_log logs/x combined gzip=10;',
    'a buffer and variables': 'access_log logs/$host combined buffer=1k;',
    'other parameters for the same file': 'access_log logs/x combined buffer=1k; access_log logs/x combined buffer=2k;',
    'a cache needs a maximum': 'open_log_file_cache inactive=1s;',
    'a cache twice': 'open_log_file_cache off; open_log_file_cache off;',
    'a cache parameter': 'open_log_file_cache max=x;',
    'syslog needs a server': 'access_log syslog:tag=x;',
    'a syslog facility': 'access_log syslog:server=127.0.0.1,facility=x;',
    'a syslog severity': 'access_log syslog:server=127.0.0.1,severity=x;',
    'a syslog tag': 'access_log syslog:server=127.0.0.1,tag=a-b;',
    'a long syslog tag': 'access_log syslog:server=127.0.0.1,tag=a23456789012345678901234567890123;',
    'a syslog parameter': 'access_log syslog:server=127.0.0.1,x=y;',
    'a syslog server twice': 'access_log syslog:server=127.0.0.1,server=127.0.0.1;',
    'a buffer for syslog': 'access_log syslog:server=127.0.0.1 combined buffer=1k;',
    'an error log to syslog': 'error_log syslog:server=127.0.0.1,facility=x;',
  },
} satisfies CaseFile;
