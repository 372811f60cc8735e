import { type CaseFile, get, post } from '../case-file.ts';

const SINCE = 'Tue, 02 Jan 2024 03:04:05 GMT';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html',
  http: `
    types { text/html html htm; text/css css; application/x-upper UP; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /tokens-off { server_tokens off; return 404; }
      location /tokens-build { server_tokens build; return 404; }
      location /absolute-off { absolute_redirect off; return 301 /x; }
      location /port-off { port_in_redirect off; return 301 /x; }
      location /name-on { server_name_in_redirect on; return 301 /x; }
      location /folder-off/ { absolute_redirect off; alias FOLDER/html/; }
      location /ranges-off/ { max_ranges 0; alias FOLDER/html/; }
      location /ranges-one/ { max_ranges 1; alias FOLDER/html/; }
      location /etag-off/ { etag off; alias FOLDER/html/; }
      location /since-off/ { if_modified_since off; alias FOLDER/html/; }
      location /since-before/ { if_modified_since before; alias FOLDER/html/; }
      location /since-exact/ { if_modified_since exact; alias FOLDER/html/; }
      location /default-type/ { default_type text/x-own; alias FOLDER/html/; }
      location /no-type/ { default_type ""; alias FOLDER/html/; }
      location /types/ { types { text/own css; } alias FOLDER/html/; }
      location /no-types/ { types { } default_type image/png; alias FOLDER/html/; }
      location /body-1/ { client_max_body_size 10; return 200 ok; }
      location /body-0/ { client_max_body_size 0; proxy_pass http://127.0.0.1:APP; }
      location /body-app/ { client_max_body_size 10; proxy_pass http://127.0.0.1:APP; }
      location /chunks-off/ { chunked_transfer_encoding off; proxy_pass http://127.0.0.1:APP; proxy_http_version 1.1; }
      location /keepalive-0 { keepalive_timeout 0; return 200 x; }
      location /keepalive-header { keepalive_timeout 10 20; return 200 x; }
      location /keepalive-two { keepalive_requests 2; return 200 x; }
      location /limit/ { limit_except POST { deny all; } return 200 "never here"; try_files /page.html =404; }
      location /limit-get/ { limit_except GET { deny all; } alias FOLDER/html/; }
      location /internal { internal; return 200 x; }
      location = /exact { return 200 "exact"; }
      location /exact { return 200 "prefix"; }
      location ^~ /stop/ { return 200 "stop"; }
      location ~ \\.stop$ { return 200 "regex"; }
      location ~* \\.CASE$ { return 200 "case"; }
      location /nest/ { return 200 "outer $uri"; location /nest/in/ { return 200 "inner"; } location ~ /nest/.*\\.x$ { return 200 "nested regex"; } }
      location /vars { return 200 "$host|$http_host|$uri|$document_uri|$args|$arg_a|$is_args|$query_string|$request_uri|$request_method|$scheme|$server_name|$server_protocol|$document_root|$content_length|$content_type|$cookie_c|$http_x_y|$remote_addr|$request|$https|$request_filename"; }
      location /alias/ { alias FOLDER/html/sub/; }
      location ~ ^/alias-re/(.+)$ { alias FOLDER/html/sub/$1; }
      location /root-var/ { root FOLDER/html/$arg_r; }
      location /symlinks/ { alias FOLDER/html/; disable_symlinks on; }
      location /msie { msie_padding on; return 404; }
      location /msie-off { msie_padding off; return 404; }
    }
    server { listen 127.0.0.1:PORT; server_name .wild.test *.start.test end.*; return 200 "wild $server_name $host"; }
    server { listen 127.0.0.1:PORT; server_name ~^(?<sub>.+)\\.re\\.test$; return 200 "re $sub $1"; }
    server { listen 127.0.0.1:PORT; server_name www.start.test; return 200 "exact"; }
    server { listen 127.0.0.1:PORT; server_name slashes.test; merge_slashes off; location / { return 200 $uri; } location //x { return 200 "double $uri"; } }
    server { listen 127.0.0.1:PORT; server_name ""; return 200 "no name"; }
    server { listen 127.0.0.1:OTHER; server_name other.test; return 200 "other"; }`,
  files: {
    'page.html': '<p>page</p>',
    'style.css': 'css',
    'upper.UP': 'up',
    'UPPER.HTML': 'upper',
    noext: 'none',
    'sub/file.txt': 'in sub',
    'sub/index.html': 'index of sub',
    'r/root-var/f': 'by variable',
    'a b.html': 'space',
    'a%b.html': 'percent',
    'dir.html/x': 'x',
  },
  app: (request, response) => {
    let size = 0;
    request.on('data', (chunk) => (size += chunk.length));
    request.on('end', () => {
      response.write(`${request.method} ${request.url} `);
      response.end(`${size} bytes`);
    });
  },
  errorLog: 'error',
  requests: {
    'server_tokens off': get('/tokens-off'),
    'server_tokens build': get('/tokens-build'),
    'absolute_redirect off': get('/absolute-off'),
    'port_in_redirect off': get('/port-off'),
    'server_name_in_redirect on': get('/name-on', '', 'x.one.test'),
    'a folder with absolute_redirect off': get('/folder-off/sub'),
    'max_ranges 0': get('/ranges-off/page.html', 'Range: bytes=0-1\r\n'),
    'max_ranges 1': get('/ranges-one/page.html', 'Range: bytes=0-1\r\n'),
    'more ranges than max_ranges': get('/ranges-one/page.html', 'Range: bytes=0-1,3-4\r\n'),
    'etag off': get('/etag-off/page.html'),
    'if_modified_since off': get('/since-off/page.html', `If-Modified-Since: ${SINCE}\r\n`),
    'if_modified_since before': get('/since-before/page.html', 'If-Modified-Since: Wed, 03 Jan 2024 00:00:00 GMT\r\n'),
    'if_modified_since exact, later': get(
      '/since-exact/page.html',
      'If-Modified-Since: Wed, 03 Jan 2024 00:00:00 GMT\r\n',
    ),
    'If-None-Match': get('/since-exact/page.html', 'If-None-Match: "65937d25-b"\r\n'),
    'If-None-Match, weak': get('/since-exact/page.html', 'If-None-Match: W/"65937d25-b"\r\n'),
    'If-None-Match, a list': get('/since-exact/page.html', 'If-None-Match: "x", "65937d25-b"\r\n'),
    'If-Match': get('/since-exact/page.html', 'If-Match: "65937d25-b"\r\n'),
    'If-Match, weak': get('/since-exact/page.html', 'If-Match: W/"65937d25-b"\r\n'),
    'If-Range': get('/since-exact/page.html', 'Range: bytes=0-1\r\nIf-Range: "65937d25-b"\r\n'),
    'If-Range, a date': get('/since-exact/page.html', `Range: bytes=0-1\r\nIf-Range: ${SINCE}\r\n`),
    default_type: get('/default-type/noext'),
    'an empty default_type': get('/no-type/noext'),
    'types of its own': get('/types/style.css'),
    'types of its own do not know others': get('/types/page.html'),
    'no types': get('/no-types/page.html'),
    'an extension in upper case': get('/UPPER.HTML'),
    'a type for upper case': get('/upper.UP'),
    client_max_body_size: post('/body-1/', 'x'.repeat(11)),
    'client_max_body_size, just right': post('/body-1/', 'x'.repeat(10)),
    'client_max_body_size 0': post('/body-0/', 'x'.repeat(2_000_000)),
    'a body for an application that is too large': post('/body-app/', 'x'.repeat(11)),
    'a chunked body that is too large':
      'POST /body-app/ HTTP/1.1\r\nHost: one.test\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n',
    'chunked_transfer_encoding off': get('/chunks-off/'),
    'keepalive_timeout 0': 'GET /keepalive-0 HTTP/1.1\r\nHost: one.test\r\n\r\n',
    'a Keep-Alive header': `GET /keepalive-header HTTP/1.1\r\nHost: one.test\r\n\r\n${get('/x')}`,
    keepalive_requests:
      'GET /keepalive-two HTTP/1.1\r\nHost: one.test\r\n\r\nGET /keepalive-two HTTP/1.1\r\nHost: one.test\r\n\r\nGET /keepalive-two HTTP/1.1\r\nHost: one.test\r\n\r\n',
    'limit_except, refused': get('/limit-get/page.html').replace('GET', 'PUT'),
    'limit_except, HEAD goes with GET': get('/limit-get/page.html').replace('GET', 'HEAD'),
    'limit_except and return': get('/limit/'),
    'an internal location': get('/internal'),
    'an exact location': get('/exact'),
    'a prefix beside it': get('/exactly'),
    'a prefix that stops': get('/stop/x.stop'),
    'a regular expression': get('/x.stop'),
    'a regular expression in any case': get('/x.case'),
    'a nested location': get('/nest/in/x'),
    'a nested regular expression': get('/nest/a.x'),
    'a location around others': get('/nest/other'),
    variables: get('/vars?a=1&b=%20', 'Cookie: b=2; c=3\r\nX-Y: z\r\nContent-Type: t/x\r\n', 'ONE.test:80'),
    alias: get('/alias/file.txt'),
    'alias of an index': get('/alias/'),
    'alias with captures': get('/alias-re/file.txt'),
    'a root with a variable': get('/root-var/f?r=r'),
    disable_symlinks: get('/symlinks/page.html'),
    msie_padding: get('/msie', 'User-Agent: Mozilla/4.0 (compatible; MSIE 7.0)\r\n'),
    'msie_padding off': get('/msie-off', 'User-Agent: Mozilla/4.0 (compatible; MSIE 7.0)\r\n'),
    'msie_padding for Chrome': get('/msie', 'User-Agent: Mozilla/5.0 Chrome/90\r\n'),
    'a name with a leading dot': get('/', '', 'wild.test'),
    'below a name with a leading dot': get('/', '', 'a.wild.test'),
    'a name that starts with a star': get('/', '', 'x.start.test'),
    'an exact name before a star': get('/', '', 'www.start.test'),
    'a name that ends with a star': get('/', '', 'end.anything'),
    'a name by regular expression': get('/', '', 'abc.re.test'),
    'no Host': 'GET / HTTP/1.0\r\n\r\n',
    'a dot at the end of the name': get('/', '', 'wild.test.'),
    'underscores_in_headers off': get('/vars', 'X_Y: 1\r\n'),
    'merge_slashes off': get('//x//y', '', 'slashes.test'),
    'merge_slashes off, single': get('/x//y', '', 'slashes.test'),
    'an escaped space': get('/a%20b.html'),
    'an escaped percent': get('/a%25b.html'),
    'a folder that looks like a file': get('/dir.html'),
    OPTIONS: get('/page.html').replace('GET', 'OPTIONS'),
    'an unknown method': get('/page.html').replace('GET', 'FETCH'),
    'a query alone': get('/?x'),
    'an empty query': get('/vars?'),
    'a fragment': get('/vars#x'),
    'dots at the end': get('/sub/..'),
    'a dot in the middle': get('/sub/./file.txt'),
    'an encoded slash': get('/sub%2Ffile.txt'),
  },
  configurations: {
    'a location twice': 'server { location /a { } location /a { } }',
    'a location with three words': 'server { location ~ a b { } }',
    'an alias in a server': 'server { alias /x; }',
    'root and alias': 'server { location / { root /a; alias /b; } }',
    'a method that is none': 'server { location / { limit_except FETCH { } } }',
    'limit_except in a server': 'server { limit_except GET { } }',
    'satisfy some': 'satisfy some;',
    'a size that is none': 'client_max_body_size x;',
    'a time that is none': 'send_timeout x;',
    'a flag that is none': 'etag maybe;',
    if_modified_since: 'if_modified_since sometimes;',
    'a type twice': 'types { text/a x; text/b x; }',
    'a resolver without address': 'resolver;',
    'open_file_cache without max': 'open_file_cache inactive=1s;',
    'a directive that nobody knows': 'no_such_directive on;',
    disable_symlinks: 'disable_symlinks maybe;',
    keepalive_disable: 'keepalive_disable maybe;',
    lingering_close: 'lingering_close maybe;',
    server_tokens: 'server_tokens maybe;',
    'a default server twice':
      'server { listen 127.0.0.1:81 default_server; } server { listen 127.0.0.1:81 default_server; }',
    'a name twice': 'server { listen 127.0.0.1:81; server_name a; } server { listen 127.0.0.1:81; server_name a; }',
  },
} satisfies CaseFile;
