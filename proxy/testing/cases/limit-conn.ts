import { type CaseFile, get } from '../case-file.ts';

const times = (count: number, request: string): string[] => Array.from({ length: count }, () => request);

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_limit_conn_module.html',
  http: `
    limit_conn_zone $binary_remote_addr zone=address:1m;
    limit_conn_zone $server_name zone=whole:1m;
    limit_conn_zone $arg_key zone=keyed:1m;
    add_header X-Status "$limit_conn_status" always;
    limit_rate 1k;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /one/ { limit_conn address 1; alias FOLDER/html/; }
      location /two/ { limit_conn address 2; alias FOLDER/html/; }
      location /both/ { limit_conn address 3; limit_conn whole 1; alias FOLDER/html/; }
      location /dry/ { limit_conn address 1; limit_conn_dry_run on; alias FOLDER/html/; }
      location /status/ { limit_conn address 1; limit_conn_status 429; limit_conn_log_level warn; alias FOLDER/html/; }
      location /keyed/ { limit_conn keyed 1; alias FOLDER/html/; }
    }`,
  files: { slow: 'x'.repeat(1200), 'fast.txt': 'y' },
  errorLog: 'info',
  requests: {
    'one at a time': { together: times(3, get('/one/slow')) },
    'the place is free again afterwards': [get('/one/fast.txt'), get('/one/fast.txt')],
    'two at a time': { together: times(3, get('/two/slow')) },
    'several limits hold together': { together: times(2, get('/both/slow')) },
    'a dry run refuses nobody and logs it': { together: times(2, get('/dry/slow')) },
    'limit_conn_status and limit_conn_log_level': { together: times(2, get('/status/slow')) },
    'requests with an empty key are not counted': { together: times(2, get('/keyed/slow')) },
    'each key is counted for itself': { together: [get('/keyed/slow?key=a'), get('/keyed/slow?key=b')] },
    '$limit_conn_status is empty where nothing is limited': get('/fast.txt'),
  },
  configurations: {
    'a zone needs a size': 'limit_conn_zone $uri zone=a;',
    'a zone has at least eight pages': 'limit_conn_zone $uri zone=a:1k;',
    'a zone has a name': 'limit_conn_zone $uri zone=:1m;',
    'an unknown parameter of the zone': 'limit_conn_zone $uri name=a:1m;',
    'a zone has one key': 'limit_conn_zone $uri zone=a:1m; limit_conn_zone $host zone=a:1m;',
    'the zone must be declared': 'server { limit_conn nowhere 1; }',
    'a positive number': 'limit_conn_zone $uri zone=a:1m; limit_conn a 0;',
    'a number': 'limit_conn_zone $uri zone=a:1m; limit_conn a many;',
    'a number below 65536': 'limit_conn_zone $uri zone=a:1m; limit_conn a 65536;',
    'the same zone twice': 'limit_conn_zone $uri zone=a:1m; limit_conn a 1; limit_conn a 2;',
    'a status out of bounds': 'limit_conn_status 200;',
    'an unknown level': 'limit_conn_log_level emerg;',
  },
} satisfies CaseFile;
