import { type CaseFile, get } from '../case-file.ts';

const eleven = Array.from({ length: 11 }, () => get('/burst-ten'));
/** More clients than a zone of 32 KB can remember. */
const crowd = Array.from({ length: 200 }, (_, index) => get(`/crowd?c=${index}`));

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_limit_req_module.html',
  http: `
    limit_req_zone $binary_remote_addr$uri zone=minute:1m rate=1r/m;
    limit_req_zone $arg_key zone=keyed:1m rate=1r/m;
    limit_req_zone $binary_remote_addr$uri zone=quick:1m rate=1000r/s;
    limit_req_zone $binary_remote_addr$uri zone=four:1m rate=4r/s;
    limit_req_zone $server_name zone=whole:1m rate=1r/m;
    limit_req_zone $arg_c$uri zone=small:32k rate=1r/m;
    limit_req_zone $arg_key zone=two:1m rate=2r/m;
    add_header X-Status "$limit_req_status" always;
    error_page 430 = @elsewhere;
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      location /none { return 200 "$limit_req_status"; }
      location /plain { limit_req zone=minute; try_files /none =404; }
      location /burst { limit_req zone=minute burst=2 nodelay; error_page 404 /none; }
      location /burst-ten { limit_req zone=minute burst=10 nodelay; }
      location /delay { limit_req zone=four burst=5; }
      location /part { limit_req zone=four burst=5 delay=2; }
      location /dry { limit_req zone=minute; limit_req_dry_run on; }
      location /dry-delay { limit_req zone=four burst=5; limit_req_dry_run on; }
      location /status { limit_req zone=minute; limit_req_status 429; }
      location /level { limit_req zone=minute; limit_req_log_level info; }
      location /level-warn { limit_req zone=four burst=5; limit_req_log_level warn; }
      location /keyed { limit_req zone=keyed; }
      location /both { limit_req zone=keyed burst=3 nodelay; limit_req zone=whole burst=1 nodelay; }
      location /two { limit_req zone=keyed burst=3 nodelay; limit_req zone=two burst=1 nodelay; }
      location /page { limit_req zone=minute; limit_req_status 430; }
      location @elsewhere { return 200 "elsewhere $limit_req_status"; }
      location /crowd { limit_req zone=small; }
      location /inherited/ {
        limit_req zone=minute; limit_req_status 418; limit_req_log_level notice;
        location /inherited/a { }
        location /inherited/b { limit_req zone=minute burst=1 nodelay; }
      }
      location /redirected { limit_req zone=minute burst=1 nodelay; rewrite ^ /moved last; }
      location /moved { limit_req zone=minute; }
      location /from { limit_req zone=minute burst=1 nodelay; try_files /nothing /moved2; }
      location /moved2 { limit_req zone=minute; }
    }`,
  errorLog: 'info',
  requests: {
    '$limit_req_status is empty where nothing is limited': get('/none'),
    'without burst the second request is refused': [get('/plain'), get('/plain')],
    'burst and nodelay let so many more through at once': [get('/burst'), get('/burst'), get('/burst'), get('/burst')],
    'a burst of ten lets eleven through and no twelfth': [...eleven, get('/burst-ten')],
    'what exceeds the rate waits': { together: [get('/delay'), get('/delay'), get('/delay')] },
    'delay= says from where on it waits': { together: [get('/part'), get('/part'), get('/part'), get('/part')] },
    'a dry run refuses nobody and logs it': [get('/dry'), get('/dry')],
    'a dry run delays nobody and logs it': [get('/dry-delay'), get('/dry-delay')],
    limit_req_status: [get('/status'), get('/status')],
    'limit_req_log_level info': [get('/level'), get('/level')],
    'delays are logged one level lower than refusals': { together: [get('/level-warn'), get('/level-warn')] },
    'requests with an empty key are not accounted': [get('/keyed'), get('/keyed')],
    'each key has its own account': [get('/keyed?key=a'), get('/keyed?key=b'), get('/keyed?key=a')],
    'of several limits the strictest decides': [get('/both?key=x'), get('/both?key=x'), get('/both?key=x')],
    'a refusal by the last limit takes nothing from the others': [
      get('/two?key=y'),
      get('/two?key=y'),
      get('/two?key=y'),
      get('/two?key=y'),
      get('/keyed?key=y'),
    ],
    'a refusal is an error that error_page may send elsewhere': [get('/page'), get('/page')],
    'limits, status and level are inherited': [get('/inherited/a'), get('/inherited/a')],
    'a level with a limit of its own inherits none': [get('/inherited/b'), get('/inherited/b'), get('/inherited/b')],
    'a rewrite comes before the limit': [get('/redirected'), get('/redirected')],
    'a request is limited once, whatever internal redirects follow': [get('/from'), get('/from'), get('/from')],
    'a zone that is full forgets the least recently used key': [
      ...crowd,
      get('/crowd?c=0'),
      get('/crowd?c=199'),
      get('/crowd?c=60'),
      get('/crowd?c=1'),
    ],
  },
  configurations: {
    'a zone needs a size': 'limit_req_zone $uri zone=a rate=1r/s;',
    'a zone needs a valid size': 'limit_req_zone $uri zone=a:x rate=1r/s;',
    'a zone has at least eight pages': 'limit_req_zone $uri zone=a:31k rate=1r/s;',
    'a zone has a name': 'limit_req_zone $uri zone=:1m rate=1r/s;',
    'a zone has one key': 'limit_req_zone $uri zone=a:1m rate=1r/s; limit_req_zone $host zone=a:1m rate=1r/s;',
    'a zone has one size': 'limit_req_zone $uri zone=a:1m rate=1r/s; limit_req_zone $host zone=a:2m rate=1r/s;',
    'a rate is positive': 'limit_req_zone $uri zone=a:1m rate=0r/s;',
    'a rate is a number': 'limit_req_zone $uri zone=a:1m rate=1r/h;',
    'a rate without unit': 'limit_req_zone $uri zone=a:1m rate=5;',
    'an unknown parameter of the zone': 'limit_req_zone $uri zone=a:1m speed=5;',
    'three words are needed': 'limit_req_zone $uri zone=a:1m;',
    'the zone must be declared': 'server { limit_req zone=nowhere; }',
    'the zone must be named': 'server { limit_req burst=5; }',
    'burst is positive': 'limit_req_zone $uri zone=a:1m rate=1r/s; server { limit_req zone=a burst=0; }',
    'burst is a number': 'limit_req_zone $uri zone=a:1m rate=1r/s; server { limit_req zone=a burst=x; }',
    'delay is a number': 'limit_req_zone $uri zone=a:1m rate=1r/s; server { limit_req zone=a burst=5 delay=x; }',
    'an unknown parameter': 'limit_req_zone $uri zone=a:1m rate=1r/s; server { limit_req zone=a now; }',
    'the same zone twice': 'limit_req_zone $uri zone=a:1m rate=1r/s; server { limit_req zone=a; limit_req zone=a; }',
    'a status below 400': 'limit_req_status 399;',
    'a status above 599': 'limit_req_status 600;',
    'a status twice': 'limit_req_status 400; limit_req_status 400;',
    'an unknown level': 'limit_req_log_level debug;',
    'not in if': 'limit_req_zone $uri zone=a:1m rate=1r/s; server { location / { if ($uri) { limit_req zone=a; } } }',
    'the zone stands in http alone': 'server { limit_req_zone $uri zone=a:1m rate=1r/s; }',
    'a zone of another kind': 'limit_conn_zone $uri zone=a:1m; server { limit_req zone=a; }',
    'an unknown variable': 'limit_req_zone $nowhere zone=a:1m rate=1r/s;',
  },
} satisfies CaseFile;
