import { type CaseFile, get } from '../case-file.ts';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_charset_module.html',
  http: `
    types { text/html html; text/css css; text/xml xml; image/png png; }
    map $arg_c $named { default utf-8; koi koi8-r; none nowhere; }
    charset_map koi8-r utf-8 { C1 D0B0; C2 D0B1; F7 D092; 80 E29480; }
    charset_map koi8-r windows-1251 { C1 E0; C2 E1; F7 C2; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /plain/ { alias FOLDER/html/; charset utf-8; }
      location /off/ { alias FOLDER/html/; charset off; }
      location /types/ { alias FOLDER/html/; charset utf-8; charset_types text/css; }
      location /all/ { alias FOLDER/html/; charset utf-8; charset_types *; }
      location /to-utf/ { alias FOLDER/html/; charset utf-8; source_charset koi8-r; }
      location /from-utf/ { alias FOLDER/html/; charset koi8-r; source_charset utf-8; }
      location /single/ { alias FOLDER/html/; charset windows-1251; source_charset koi8-r; }
      location /back/ { alias FOLDER/html/; charset koi8-r; source_charset windows-1251; }
      location /same/ { alias FOLDER/html/; charset utf-8; source_charset utf-8; }
      location /variable/ { alias FOLDER/html/; charset $named; source_charset koi8-r; }
      location /app { proxy_pass http://127.0.0.1:APP; charset utf-8; }
      location /app-override { proxy_pass http://127.0.0.1:APP; charset utf-8; override_charset on; }
      location /app-override-same { proxy_pass http://127.0.0.1:APP; charset koi8-r; override_charset on; }
      location /redirect { charset utf-8; return 301 /x; }
      location /text { charset utf-8; default_type text/plain; return 200 text; }
      location /error { charset utf-8; return 404; }
      location /outer/ { charset utf-8; alias FOLDER/html/; location /outer/in/ { alias FOLDER/html/; } location /outer/off/ { charset off; alias FOLDER/html/; } }
      location /if/ { alias FOLDER/html/; if ($arg_c) { charset utf-8; } }
    }`,
  files: {
    'page.html': 'ascii',
    'koi.html': Buffer.from([0x61, 0xc1, 0xc2, 0xf7, 0x80, 0xff, 0x62]),
    'utf.html': 'aаб€В─\u{1f600}\n',
    'broken.html': Buffer.from([0x61, 0xd0, 0x62, 0xff, 0xd0]),
    'win.html': Buffer.from([0x61, 0xe0, 0xe1, 0xc2, 0xff]),
    'style.css': 'css',
    'image.png': 'png',
  },
  app: (_, response) => {
    response.setHeader('Content-Type', 'text/html; charset=koi8-r');
    response.end(Buffer.from([0x61, 0xc1, 0x62]));
  },
  errorLog: 'error',
  requests: {
    'added to the type': get('/plain/page.html'),
    off: get('/off/page.html'),
    'not to other types': get('/plain/style.css'),
    'to further types': get('/types/style.css'),
    'not to types that are not listed': get('/types/image.png'),
    'to all types': get('/all/image.png'),
    'converted to UTF-8': get('/to-utf/koi.html'),
    'converted from UTF-8': get('/from-utf/utf.html'),
    'converted between single bytes': get('/single/koi.html'),
    'converted the other way': get('/back/win.html'),
    'the same on both sides': get('/same/utf.html'),
    'a type that is not converted': get('/to-utf/style.css'),
    'by variable': get('/variable/koi.html'),
    'by variable, the same': get('/variable/koi.html?c=koi'),
    'by variable, unknown': get('/variable/koi.html?c=none'),
    "an application's own": get('/app'),
    'an application overridden': get('/app-override'),
    'an application overridden by the same': get('/app-override-same'),
    'a redirect': get('/redirect'),
    'a text': get('/text'),
    'an error page': get('/error'),
    inherited: get('/outer/in/page.html'),
    'inherited, switched off': get('/outer/off/page.html'),
    'in an if': get('/if/page.html?c=1'),
    HEAD: get('/to-utf/koi.html').replace('GET', 'HEAD'),
  },
  configurations: {
    'no map between the two': 'charset utf-8; source_charset koi8-r; server { }',
    'no map, and nobody who needs it': 'charset utf-8; source_charset koi8-r;',
    'a map between the same': 'charset_map utf-8 UTF-8 { }',
    'a map twice': 'charset_map a b { } charset_map b a { }',
    'a line with three words': 'charset_map a b {\n 80 81 82;\n }',
    'a byte that is none': 'charset_map a b {\n xx 81;\n }',
    'a target that is none': 'charset_map a b {\n 80 xx;\n }',
    twice: 'charset a; charset b;',
    'a type twice': 'charset_types text/css text/css;',
  },
} satisfies CaseFile;
