import { type CaseFile, get } from '../case-file.ts';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#limit_rate',
  http: `
    map $arg_speed $speed { fast 100k; slow 1k; none 0; bad x; }
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html; add_header X-Rate $limit_rate;
      location /plain/ { alias FOLDER/html/; }
      location /slow/ { alias FOLDER/html/; limit_rate 1k; }
      location /after/ { alias FOLDER/html/; limit_rate 1k; limit_rate_after 2k; }
      location /mapped/ { alias FOLDER/html/; limit_rate $speed; }
      location /set/ { alias FOLDER/html/; limit_rate 1; set $limit_rate 200k; }
      location /set-bad/ { alias FOLDER/html/; set $limit_rate x; }
      location /if/ { alias FOLDER/html/; if ($arg_slow) { limit_rate 1k; } }
      location /app { proxy_pass http://127.0.0.1:APP; }
      location /app/ignored { proxy_pass http://127.0.0.1:APP; proxy_ignore_headers X-Accel-Limit-Rate; }
      location /compressed/ { alias FOLDER/html/; gzip on; gzip_types *; limit_rate 1k; }
    }`,
  files: { body: 'x'.repeat(1500), 'big.bin': '0123456789'.repeat(12_000) },
  app: (_, response) => {
    response.setHeader('X-Accel-Limit-Rate', '100000');
    response.end('y'.repeat(3000));
  },
  errorLog: 'warn',
  requests: {
    'the whole answer comes, however slowly': get('/slow/body'),
    'the first bytes are not limited': get('/after/body'),
    'a rate with variables': get('/mapped/body?speed=fast'),
    'a rate of 0 is none': get('/mapped/body?speed=none'),
    'a rate that is none': get('/mapped/body?speed=bad'),
    'set $limit_rate outranks the directive': get('/set/big.bin'),
    'set $limit_rate to what is no size': get('/set-bad/body'),
    'in an if': get('/if/body?slow=1'),
    'not in an if': get('/if/body'),
    'X-Accel-Limit-Rate of an application': get('/app'),
    'X-Accel-Limit-Rate ignored': get('/app/ignored'),
    'a range': get('/slow/body', 'Range: bytes=0-9\r\n'),
    HEAD: 'HEAD /slow/body HTTP/1.1\r\nHost: one.test\r\nConnection: close\r\n\r\n',
    'a connection that stays': `GET /mapped/body?speed=fast HTTP/1.1\r\nHost: one.test\r\n\r\n${get('/plain/body')}`,
  },
  configurations: {
    'a rate is a size': 'limit_rate x;',
    'a rate twice': 'limit_rate 1k; limit_rate 2k;',
    'limit_rate_after is a size': 'limit_rate_after 1z;',
  },
} satisfies CaseFile;
