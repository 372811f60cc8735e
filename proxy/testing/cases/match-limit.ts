import { type CaseFile, get } from '../case-file.ts';

const exploding = (length: number): string => `${'a'.repeat(length)}!`;

/** Expressions with more ways to fail than anybody can try: nginx's library gives up, and so does ours. */
export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#location',
  http: `
    server {
      listen 127.0.0.1:PORT;
      location ~ ^/(a+)+$ { return 200 location; }
      location ~* "^/b(?!x)(a+)+$" { return 200 caseless; }
      location /c { rewrite ^/c(a+)+$ /x last; return 200 "rewrite $uri"; }
      location /d { if ($arg_x !~ ^(a+)+$) { return 200 "no if"; } return 200 if; }
      location ~ "^/e((a|aa)+)$" { return 200 "$1"; }
      location ~ "^/f(x*)(x*)(x*)(x*)(x*)(x*)\\1y$" { return 200 back; }
      location / { return 200 plain; }
    }
    server { listen 127.0.0.1:PORT; server_name ~^(n+)+$; return 200 "server $1"; }`,
  errorLog: 'error',
  requests: {
    'what fails soon enough is no match': get(`/${exploding(15)}`),
    'what would fail too late is an error': get(`/${exploding(60)}`),
    'what matches is a match': get(`/${'a'.repeat(60)}`),
    'letters in any case': get(`/B${exploding(60).toUpperCase()}`),
    'a rewriting': get(`/c${exploding(60)}`),
    'a rewriting that matches': get(`/c${'a'.repeat(60)}`),
    'a condition': get(`/d?x=${exploding(60)}`),
    'a condition that holds': get(`/d?x=${'a'.repeat(60)}`),
    'two ways to the same': get(`/e${exploding(60)}`),
    'an expression that refers back': get(`/f${'x'.repeat(100)}yz`),
    'after all that others get their answers': get('/z'),
    'the name of a server': get('/', '', 'n'.repeat(40)),
    'a name that would fail too late gets no answer': get('/', '', `${'n'.repeat(60)}-`),
  },
} satisfies CaseFile;
