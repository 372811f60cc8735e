import { type CaseFile, get } from '../case-file.ts';

const cookies: Readonly<Record<string, string>> = {
  '/cookie/plain': 'name=value',
  '/cookie/secure': 'name=value; Secure; HttpOnly; SameSite=Lax',
  '/cookie/odd': '  name = value ;secure ;  samesite=none;Path=/a ; Domain=.one.test',
  '/cookie/no-value': 'name; Secure',
  '/cookie/other': 'other=value; path=/cookie/x',
  '/cookie/third': 'third=value; SameSite=Strict',
};

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html',
  http: `
    charset_map koi8-r utf-8 { 80 E282AC; }
    log_format bytes '$uri $status $upstream_bytes_received $upstream_addr';
    access_log LOGS/access.log bytes;
    proxy_http_version 1.1;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root LOGS/root;
      location / { proxy_pass http://127.0.0.1:APP; }
      location /forced/ { proxy_pass http://127.0.0.1:APP/; proxy_force_ranges on; }
      location /forced-off/ { proxy_pass http://127.0.0.1:APP/; proxy_force_ranges off; }
      location /gzipped/ { proxy_pass http://127.0.0.1:APP/; proxy_force_ranges on; gzip on; gzip_min_length 1; gzip_types *; gzip_proxied any; }
      location /charset/ { proxy_pass http://127.0.0.1:APP; charset utf-8; source_charset koi8-r; }
      location /charset-off/ { proxy_pass http://127.0.0.1:APP/charset/; }
      location /charset-ignored/ { proxy_pass http://127.0.0.1:APP/charset/; proxy_ignore_headers X-Accel-Charset; }
      location /cookie/ { proxy_pass http://127.0.0.1:APP; proxy_cookie_flags name secure httponly samesite=strict; proxy_cookie_flags ~^OTH nosecure samesite=$arg_site; proxy_cookie_flags third nosamesite; }
      location /cookie-paths/ { proxy_pass http://127.0.0.1:APP/cookie/; proxy_cookie_path /cookie/ /mine/; proxy_cookie_domain one.test two.test; proxy_cookie_flags name nosecure nohttponly; }
      location /cookie-none/ { proxy_pass http://127.0.0.1:APP/cookie/; proxy_cookie_flags off; }
      location /store/ { proxy_pass http://127.0.0.1:APP/; proxy_store on; proxy_store_access user:rw group:rw all:r; }
      location /store-named/ { proxy_pass http://127.0.0.1:APP/; proxy_store LOGS/root/named$uri-$arg_a; }
      location /stored/ { alias LOGS/root/store/; }
      location /named/ { }
      location /bind { proxy_pass http://127.0.0.1:APP; proxy_bind 127.0.0.9; }
      location /bind-variable { proxy_pass http://127.0.0.1:APP/bind; proxy_bind $arg_from; }
      location /bind-off { proxy_bind 127.0.0.9; location /bind-off/ { proxy_pass http://127.0.0.1:APP/bind; proxy_bind off; } }
      location /bind-foreign { proxy_pass http://127.0.0.1:APP; proxy_bind 192.0.2.1; }
      location /kept-alive { proxy_pass http://127.0.0.1:APP; proxy_socket_keepalive on; }
      location /slow/ { proxy_pass http://127.0.0.1:APP/; proxy_limit_rate 100k; }
    }`,
  app: (request, response) => {
    const url = new URL(request.url!, 'http://app');
    const path = url.pathname;
    const cookie = cookies[path];
    if (cookie !== undefined) response.setHeader('Set-Cookie', cookie);
    if (path.startsWith('/charset/')) {
      response.setHeader('Content-Type', 'text/plain');
      response.setHeader('X-Accel-Charset', path.slice(9));
    }
    if (path === '/dated') {
      response.setHeader('Last-Modified', 'Mon, 01 Jan 2024 00:00:00 GMT');
      response.setHeader('ETag', '"e"');
      response.setHeader('Accept-Ranges', 'none');
    }
    if (path === '/404') response.statusCode = 404;
    const body = path.startsWith('/bind')
      ? `from ${request.socket.remoteAddress}`
      : path === '/large'
        ? 'x'.repeat(150_000)
        : `${path} is here\n`;
    if (path !== '/chunked') response.setHeader('Content-Length', body.length);
    response.end(body);
  },
  // The time of a stored file is the moment at which it was stored, unless the application says another.
  ignore: /Last-Modified: (?!Mon, 01 Jan 2024)[^\r\n]*|ETag: "(?!65920080)[0-9a-f]{8}-[0-9a-f]+"/g,
  requests: {
    "ranges are the application's business": get('/page', 'Range: bytes=1-3\r\n'),
    'unless they are forced': [
      get('/forced/page', 'Range: bytes=1-3\r\n'),
      get('/forced/page', 'Range: bytes=-3\r\n'),
      get('/forced/page', 'Range: bytes=100-\r\n'),
      get('/forced/page', 'Range: bytes=1-2,4-5\r\n'),
      get('/forced/page'),
      get('/forced-off/page', 'Range: bytes=1-3\r\n'),
    ],
    'a range of a large answer': get('/forced/large', 'Range: bytes=100000-100009\r\n'),
    'a range of an answer whose length is unknown': get('/forced/chunked', 'Range: bytes=1-3\r\n'),
    'If-Range': [
      get('/forced/dated', 'Range: bytes=1-3\r\nIf-Range: "e"\r\n'),
      get('/forced/dated', 'Range: bytes=1-3\r\nIf-Range: "other"\r\n'),
      get('/forced/dated', 'Range: bytes=1-3\r\nIf-Range: Mon, 01 Jan 2024 00:00:00 GMT\r\n'),
      get('/forced/dated', 'If-None-Match: "e"\r\n'),
    ],
    'a HEAD with a range':
      'HEAD /forced/page HTTP/1.1\r\nHost: one.test\r\nRange: bytes=1-3\r\nConnection: close\r\n\r\n',
    'a compressed answer has no ranges': get('/gzipped/page', 'Range: bytes=1-3\r\nAccept-Encoding: gzip\r\n'),
    'X-Accel-Charset': [
      get('/charset/koi8-r'),
      get('/charset/utf-8'),
      get('/charset/unknown'),
      get('/charset-off/utf-8'),
      get('/charset-ignored/utf-8'),
    ],
    'flags of cookies': Object.keys(cookies).map((path) => get(`${path}?site=lax`)),
    'a flag that is none': [get('/cookie/other?site=x'), get('/cookie/other')],
    'paths and domains of cookies': Object.keys(cookies).map((path) => get(path.replace('/cookie/', '/cookie-paths/'))),
    'no flags': Object.keys(cookies).map((path) => get(path.replace('/cookie/', '/cookie-none/'))),
    'an answer is stored': [get('/stored/file'), get('/store/file'), get('/stored/file')],
    'with its time': [get('/store/dated'), get('/stored/dated')],
    'a large one': [get('/store/large'), get('/stored/large')],
    'in a folder': [get('/store/a/b/c'), get('/stored/a/b/c')],
    'but no error': [get('/store/404'), get('/stored/404')],
    'and no HEAD': ['HEAD /store/head HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n', get('/stored/head')],
    'one whose length is unknown': [get('/store/chunked'), get('/stored/chunked')],
    'where the configuration says': [get('/store-named/x?a=b'), get('/named/store-named/x-b')],
    'another address of our own': [get('/bind'), get('/bind-off/')],
    'an address of our own in a variable': [
      get('/bind-variable?from=127.0.0.8'),
      get('/bind-variable'),
      get('/bind-variable?from=[127.0.0.7]'),
      get('/bind-variable?from=nowhere'),
    ],
    'an address that is not ours': get('/bind-foreign'),
    'keepalive of sockets': get('/kept-alive'),
    'a slow answer': get('/slow/large'),
  },
  errorLog: 'warn',
  logs: ['access.log'],
  configurations: {
    'store and cache':
      'proxy_cache_path FOLDER/c keys_zone=z:1m; server { location / { proxy_store on; proxy_cache z; } }',
    'cache and store':
      'proxy_cache_path FOLDER/c keys_zone=z:1m; server { location / { proxy_cache z; proxy_store /x; } }',
    'one inside of the other':
      'proxy_cache_path FOLDER/c keys_zone=z:1m; proxy_cache z; server { location / { proxy_store on; } }',
    'store twice': 'proxy_store on; proxy_store off;',
    rights: 'proxy_store_access user:w;',
    'rights of nobody': 'proxy_store_access me:rw;',
    'rights twice': 'proxy_store_access user:rw; proxy_store_access user:rw;',
    'bind to a name': 'proxy_bind localhost;',
    'bind to a port': 'proxy_bind 127.0.0.1:0;',
    'bind and a word': 'proxy_bind 127.0.0.1 opaque;',
    'bind twice': 'proxy_bind off; proxy_bind off;',
    flags: 'proxy_cookie_flags name;',
    'flags off twice': 'proxy_cookie_flags off; proxy_cookie_flags a secure;',
    'too many flags': 'proxy_cookie_flags name secure httponly samesite=lax nosecure;',
    'a flag that is none': 'proxy_cookie_flags name sticky;',
    rate: 'proxy_limit_rate fast;',
    hash: 'proxy_headers_hash_max_size x;',
    lowat: 'proxy_send_lowat 1k;',
    keepalive: 'proxy_socket_keepalive maybe;',
  },
} satisfies CaseFile;
