import { type CaseFile, get } from '../case-file.ts';

/** Header lines; together with `Host` and `Connection` there are two more. */
const lines = (count: number, name = 'x'): string => `${name}: 1\r\n`.repeat(count);

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#max_headers',
  http: `
    server { listen 127.0.0.1:PORT; server_name one.test; location / { return 200 ok; } location /few { proxy_pass http://127.0.0.1:OTHER; } }
    server { listen 127.0.0.1:OTHER; server_name one.test; max_headers 3; return 200 few; }`,
  requests: {
    'a thousand headers are read': get('/', lines(998)),
    'one more is refused': get('/', lines(999)),
    'names that are ignored do not count': get('/', lines(998) + lines(100, 'a_b') + lines(100, 'a.b')),
    'as many as max_headers says are read': get('/few', lines(1)),
    'one more than max_headers says is refused': get('/few', lines(2)),
  },
  configurations: {
    'a number': 'max_headers 3; server { max_headers 0; }',
    'no number': 'max_headers many;',
    twice: 'max_headers 1; max_headers 2;',
    'in a location': 'server { location / { max_headers 2; } }',
  },
} satisfies CaseFile;
