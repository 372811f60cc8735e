import { type CaseFile, get } from '../case-file.ts';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_rewrite_module.html',
  http: `
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html; rewrite_log on;
      set $server_level "set in the server";
      if ($http_x_server) { return 403; }
      rewrite ^/server-rewrite/(.*)$ /show/$1;
      location /show/ { return 200 "uri=$uri args=$args request_uri=$request_uri level=$server_level"; }
      location /break { set $a 1; break; set $a 2; try_files /none @a; }
      location @a { return 200 "[$a]"; }
      location /return-url { return http://other.test/x; }
      location /return-scheme { return $scheme://other.test$uri; }
      location /return-path { return 301 /p?q=1; }
      location /return-text { return 200 "text $1 $uri"; }
      location /return-code { return 404; }
      location /return-503 { return 503 "own text"; }
      location /return-empty { return 200; }
      location /return-204 { return 204 "text"; }
      location /return-999 { return 999; }
      location /return-json { default_type application/json; return 200 '{"a":1}'; }
      location /return-303 { return 303 http://$host/x; }
      location /return-308 { return 308 /x$is_args$args; }
      location /return-444 { return 444; }
      location /last/ { rewrite ^/last/(.*)$ /show/$1 last; return 500; }
      location /break-flag/ { rewrite ^/break-flag/(.*)$ /$1 break; return 200 "never"; }
      location /redirect/ { rewrite ^/redirect/(.*)$ /to/$1 redirect; }
      location /permanent/ { rewrite ^/permanent/(.*)$ /to/$1 permanent; }
      location /absolute/ { rewrite ^/absolute/(.*)$ http://other.test/$1; }
      location /scheme/ { rewrite ^/scheme/(.*)$ $scheme://other.test/$1; }
      location /https/ { rewrite ^/https/(.*)$ https://other.test/$1 permanent; }
      location /no-flag/ { rewrite ^/no-flag/(.*)$ /show/$1; rewrite ^/show/(.*)$ /show/twice-$1; }
      location /args/ { rewrite ^/args/(.*)$ /show/$1?first=1; }
      location /args-drop/ { rewrite ^/args-drop/(.*)$ /show/$1?; }
      location /args-own/ { rewrite ^/args-own/(.*)$ /show/$1?only=1?; }
      location /args-capture/ { rewrite ^/args-capture/(.*)$ /show/?x=$1; }
      location /named/ { rewrite ^/named/(?<first>[^/]*)/(?<second>.*)$ /show/$second-$first; }
      location /braces/ { rewrite "^/braces/([a-z]{3})$" /show/three-$1; }
      location /no-match/ { rewrite ^/other /show/x; return 200 "not matched"; }
      location /case/ { rewrite (?i)^/CASE/(.*)$ /show/$1; }
      location /empty/ { rewrite ^ $arg_none; }
      location /circle/ { rewrite ^ /circle/x; }
      location /escape/ { rewrite ^/escape/(.*)$ /to/$1 redirect; }
      location /captures/ { rewrite ^/captures/(a)?(b)?(.*)$ "/show/[$1][$2][$3]"; }
      location /if-empty { if ($arg_x) { return 200 yes; } return 200 no; }
      location /if-equal { if ($arg_x = one) { return 200 yes; } return 200 no; }
      location /if-not-equal { if ($arg_x != one) { return 200 yes; } return 200 no; }
      location /if-match { if ($arg_x ~ ^o(.)e$) { return 200 "yes $1"; } return 200 no; }
      location /if-match-case { if ($arg_x ~* ^o(.)e$) { return 200 "yes $1"; } return 200 no; }
      location /if-no-match { if ($arg_x !~ ^o) { return 200 yes; } return 200 no; }
      location /if-no-match-case { if ($arg_x !~* ^o) { return 200 yes; } return 200 no; }
      location /if-file { if (-f FOLDER/html$arg_f) { return 200 yes; } return 200 no; }
      location /if-not-file { if (!-f FOLDER/html$arg_f) { return 200 yes; } return 200 no; }
      location /if-folder { if (-d FOLDER/html$arg_f) { return 200 yes; } return 200 no; }
      location /if-exists { if (-e FOLDER/html$arg_f) { return 200 yes; } return 200 no; }
      location /if-executable { if (-x FOLDER/html$arg_f) { return 200 yes; } return 200 no; }
      location /if-variable { set $v one; if ($arg_x = $v) { return 200 yes; } return 200 no; }
      location /if-rewrite/ { if ($arg_x) { rewrite ^/if-rewrite/(.*)$ /show/if-$1 last; } return 200 no; }
      location /if-break/ { if ($arg_x) { break; return 403; } return 200 "after break"; }
      location /if-set { set $s none; if ($arg_x) { set $s some; } return 200 "[$s]"; }
      location /if-two { set $s ""; if ($arg_a) { set $s "\${s}a"; } if ($arg_b) { set $s "\${s}b"; } return 200 "[$s]"; }
      location /if-inherit/ { alias FOLDER/html/; add_header X-Outer 1; if ($arg_x) { add_header X-Inner 1; } }
      location /if-root/ { if ($arg_x) { root FOLDER/html/other; } }
      location /if-proxy { if ($arg_x) { proxy_pass http://127.0.0.1:APP; } return 200 "not proxied"; }
      location /set-args { set $args "changed=1"; return 200 "$args $query_string $arg_changed"; }
      location /set-unset { return 200 "[$unset]"; if ($arg_never) { set $unset 1; } }
      location /set-doubled { set $d a; ${'set $d $d$d; '.repeat(20)} return 200 $d; }
      location /set-endless { set $d a; ${'set $d $d$d; '.repeat(28)} return 200 "[$d]"; }
      location /set-twice { set $t 1; set $t "$t-2"; return 200 $t; }
      location /set-braces { set $b "x"; return 200 "\${b}y"; }
      location /set-case { set $Mixed "m"; return 200 "$mixed"; }
      location /set-first { set $c $1; return 200 "[$c]"; }
      location ~ ^/kept/(.*)$ { set $kept $1; if ($uri ~ ^/kept/(.)) { set $first $1; } return 200 "$kept $first $1"; }
      location /inherit/ { set $i 1; location /inherit/in { return 200 "[$i]"; } }
      location /long { return 200 "$a_very_long_one$arg_x"; set $a_very_long_one x; }
    }`,
  files: {
    page: 'a page',
    'other/if-root/file': 'in the other root',
    'if-root/file': 'in the first root',
    'folder/x': 'x',
  },
  app: (request, response) => void response.end(`proxied ${request.url}`),
  errorLog: 'notice',
  requests: {
    'a value that grows': get('/set-doubled'),
    'a value that grows beyond 28 bits of length': get('/set-endless'),
    'rewritten in the server': get('/server-rewrite/x?y=z'),
    'an if in the server': get('/show/x', 'X-Server: 1\r\n'),
    'set in the server': get('/show/y'),
    break: get('/break'),
    'return a URL': get('/return-url'),
    'return a URL with $scheme': get('/return-scheme'),
    'return a path': get('/return-path'),
    'return a text': get('/return-text'),
    'return a code': get('/return-code'),
    'return an error with a text': get('/return-503'),
    'return without text': get('/return-empty'),
    'return 204 with a text': get('/return-204'),
    'return an unknown code': get('/return-999'),
    'return another type': get('/return-json'),
    'return 303': get('/return-303'),
    'return 308 with the query': get('/return-308?a=b'),
    'return 308 to a POST':
      'POST /return-308 HTTP/1.1\r\nHost: one.test\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    'return 444': get('/return-444'),
    'HEAD of a returned text': 'HEAD /return-text HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    last: get('/last/x?y=z'),
    'break as a flag': get('/break-flag/page'),
    redirect: get('/redirect/x?y=z'),
    permanent: get('/permanent/a%20b?y'),
    'a replacement that begins with http://': get('/absolute/x?y=z'),
    'a replacement that begins with $scheme': get('/scheme/x?y=z'),
    'a replacement that begins with https://': get('/https/x'),
    'without flag the next rewrite applies as well': get('/no-flag/x'),
    'arguments are added': get('/args/x?y=z'),
    'arguments are dropped': get('/args-drop/x?y=z'),
    'arguments of the replacement alone': get('/args-own/x?y=z'),
    'a capture in the arguments': get('/args-capture/a%26b%20c'),
    'named captures': get('/named/one/two'),
    'a pattern with braces is quoted': get('/braces/abc'),
    'a pattern that does not match': get('/no-match/x'),
    'a pattern in any case': get('/case/x'),
    'an empty replacement': get('/empty/x'),
    'a circle': get('/circle/y'),
    'escapes in a redirect': get('/escape/a%20b%2Fc%3Fd'),
    'captures that took part in nothing': get('/captures/bc'),
    'if: empty': get('/if-empty'),
    'if: 0': get('/if-empty?x=0'),
    'if: anything else': get('/if-empty?x=00'),
    'if equal': get('/if-equal?x=one'),
    'if equal, not': get('/if-equal?x=ONE'),
    'if not equal': get('/if-not-equal?x=two'),
    'if matching': get('/if-match?x=one'),
    'if matching, other case': get('/if-match?x=ONE'),
    'if matching in any case': get('/if-match-case?x=ONE'),
    'if not matching': get('/if-no-match?x=two'),
    'if not matching, it does': get('/if-no-match?x=one'),
    'if not matching in any case': get('/if-no-match-case?x=ONE'),
    'if a file': get('/if-file?f=/page'),
    'if a file, a folder': get('/if-file?f=/folder'),
    'if no file': get('/if-not-file?f=/nowhere'),
    'if a folder': get('/if-folder?f=/folder'),
    'if a folder, a file': get('/if-folder?f=/page'),
    'if it exists': get('/if-exists?f=/folder'),
    'if it exists, it does not': get('/if-exists?f=/nowhere'),
    'if executable': get('/if-executable?f=/folder'),
    'if executable, it is not': get('/if-executable?f=/page'),
    'if equal to a variable': get('/if-variable?x=one'),
    'rewrite in an if': get('/if-rewrite/y?x=1'),
    'break in an if': get('/if-break/y?x=1'),
    'set in an if': get('/if-set?x=1'),
    'several ifs': get('/if-two?a=1&b=1'),
    'headers in an if': get('/if-inherit/page?x=1'),
    'a root in an if': get('/if-root/file?x=1'),
    'no root in an if': get('/if-root/file'),
    'proxy_pass in an if': get('/if-proxy?x=1'),
    'no proxy_pass in an if': get('/if-proxy'),
    'set $args': get('/set-args?a=b'),
    'a variable that was not set': get('/set-unset'),
    'set twice': get('/set-twice'),
    'a variable in braces': get('/set-braces'),
    'names in any case': get('/set-case'),
    'a capture before there is any': get('/set-first'),
    'captures of an if replace those of the location': get('/kept/abc'),
    'set is not inherited': get('/inherit/in'),
  },
  configurations: {
    'return without anything': 'server { return; }',
    'return an invalid code': 'server { return abc; }',
    'return a code above 999': 'server { return 1000; }',
    'return a code and two texts': 'server { return 200 a b; }',
    'a flag that is none': 'server { rewrite ^ /x sometimes; }',
    'a broken pattern': 'server { rewrite ( /x; }',
    'a variable without dollar': 'server { set x 1; }',
    'a dollar alone': 'server { set $ 1; }',
    'an if without parentheses': 'server { if $uri { } }',
    'an if without condition': 'server { if () { } }',
    'an if with a constant': 'server { if (a) { } }',
    'an if with an unknown operator': 'server { if ($uri > 1) { } }',
    'an if with too much': 'server { if ($uri = a b) { } }',
    'an if with a broken pattern': 'server { if ($uri ~ "(") { } }',
    'an if in an if': 'server { if ($uri) { if ($uri) { } } }',
    'a location in an if': 'server { if ($uri) { location / { } } }',
    'proxy_pass in an if of the server': 'server { if ($uri) { proxy_pass http://127.0.0.1; } }',
    'an unknown variable': 'server { rewrite ^ /$nowhere; }',
    'an empty replacement': 'server { rewrite ^ ""; }',
    'break with a word': 'server { break x; }',
  },
} satisfies CaseFile;
