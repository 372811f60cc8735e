import { createHash } from 'node:crypto';
import { type CaseFile, get } from '../case-file.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('base64url');
const hex = (text: string): string => createHash('md5').update(text).digest('hex');
const LATE = 4_000_000_000;

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_secure_link_module.html',
  http: `
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      location /timed/ {
        secure_link $arg_md5,$arg_expires; secure_link_md5 "$secure_link_expires$uri$remote_addr secret";
        return 200 "[$secure_link|$secure_link_expires]";
      }
      location /plain/ { secure_link $arg_md5; secure_link_md5 "$uri secret"; return 200 "[$secure_link|$secure_link_expires]"; }
      location /p/ { secure_link_secret secret; if ($secure_link = "") { return 403; } rewrite ^ /secure/$secure_link; }
      location /secure/ { internal; return 200 "link $uri"; }
      location /half/ { secure_link $arg_md5; return 200 "[$secure_link]"; }
      location /none/ { return 200 "[$secure_link]"; }
      location /inherit/ {
        secure_link $arg_md5; secure_link_md5 "$uri secret";
        location /inherit/in/ { return 200 "[$secure_link]"; }
      }
    }`,
  requests: {
    'a link that holds': get(`/timed/x?md5=${md5(`${LATE}/timed/x127.0.0.1 secret`)}&expires=${LATE}`),
    'a link whose time is over': get(`/timed/x?md5=${md5('1/timed/x127.0.0.1 secret')}&expires=1`),
    'a wrong checksum': get(`/timed/x?md5=${md5('other')}&expires=${LATE}`),
    'a time that was changed': get(`/timed/x?md5=${md5('1/timed/x127.0.0.1 secret')}&expires=${LATE}`),
    'no time': get(`/timed/x?md5=${md5('/timed/x127.0.0.1 secret')}`),
    'a time that is none': get(`/timed/x?md5=${md5('x/timed/x127.0.0.1 secret')}&expires=x`),
    'no checksum': get(`/timed/x?expires=${LATE}`),
    'a checksum that is too long': get(`/plain/x?md5=${md5('/plain/x secret')}aaa`),
    'a checksum that is too short': get(`/plain/x?md5=abc`),
    'a checksum with padding': get(`/plain/x?md5=${md5('/plain/x secret')}==`),
    'without time': get(`/plain/x?md5=${md5('/plain/x secret')}`),
    'the old mode': get(`/p/${hex('linksecret')}/link`),
    'the old mode with folders': get(`/p/${hex('a/b/csecret')}/a/b/c`),
    'the old mode in upper case': get(`/p/${hex('linksecret').toUpperCase()}/link`),
    'the old mode, wrong': get(`/p/${hex('linkother')}/link`),
    'the old mode, without link': get(`/p/${hex('secret')}/`),
    'the old mode, without anything': get('/p/'),
    'one directive is not enough': get(`/half/x?md5=${md5('/half/x secret')}`),
    'no directive': get('/none/x'),
    inherited: get(`/inherit/in/x?md5=${md5('/inherit/in/x secret')}`),
  },
  configurations: {
    'both modes': 'server { location / { secure_link a; secure_link_secret b; } }',
    'a secret in a server': 'server { secure_link_secret a; }',
    'a secret twice': 'secure_link_secret a; secure_link_secret b;',
    'a link twice': 'secure_link a; secure_link b;',
    'the variable is built in': 'server { set $secure_link 1; }',
  },
} satisfies CaseFile;
