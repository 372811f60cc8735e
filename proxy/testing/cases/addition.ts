import { type CaseFile, get } from '../case-file.ts';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_addition_module.html',
  http: `
    types { text/html html; text/css css; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /both/ { alias FOLDER/html/; add_before_body /before; add_after_body /after.html; }
      location /before-only/ { alias FOLDER/html/; add_before_body /before; }
      location /after-only/ { alias FOLDER/html/; add_after_body /after.html; }
      location /app/ { alias FOLDER/html/; add_before_body /proxied; add_after_body /proxied; }
      location /types/ { alias FOLDER/html/; add_after_body /after.html; addition_types text/css; }
      location /missing/ { alias FOLDER/html/; add_after_body /nowhere; }
      location /outer/ {
        alias FOLDER/html/; add_before_body /before;
        location /outer/none/ { alias FOLDER/html/; add_before_body ""; }
        location /outer/in/ { alias FOLDER/html/; }
      }
      location /before { return 200 "before $request_uri $uri;"; }
      location /proxied { proxy_pass http://127.0.0.1:APP; }
      location /big/ { alias FOLDER/html/; add_before_body /big.html; add_after_body /big.html; }
    }`,
  files: {
    'page.html': 'page;',
    'after.html': 'after',
    'style.css': 'css',
    'big.html': '0123456789'.repeat(30_000),
    'empty.html': '',
  },
  app: (_, response) => void response.end('application;'),
  requests: {
    'before and after': get('/both/page.html'),
    'before alone': get('/before-only/page.html'),
    'after alone': get('/after-only/page.html'),
    'from an application': get('/app/page.html'),
    'text/html alone by default': get('/both/style.css'),
    'further types': get('/types/style.css'),
    'errors get nothing': get('/both/missing.html'),
    'what is added may be an error': get('/missing/page.html'),
    'an empty body': get('/both/empty.html'),
    inherited: get('/outer/in/page.html'),
    'an empty word switches it off': get('/outer/none/page.html'),
    HEAD: 'HEAD /both/page.html HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'a range': get('/both/page.html', 'Range: bytes=0-2\r\n'),
  },
  configurations: {
    once: 'add_before_body /a; add_before_body /b;',
    'a type twice': 'addition_types text/css text/css;',
  },
} satisfies CaseFile;
