import { type CaseFile, get } from '../case-file.ts';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#listen',
  http: `
    upstream behind { server unix:LOGS/behind.sock; }
    upstream both { server unix:LOGS/nobody.sock; server unix:LOGS/behind.sock backup; }
    log_format up '$remote_addr $server_addr $request_uri $status $upstream_addr';
    access_log LOGS/access.log up;
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      location / { proxy_pass http://unix:LOGS/behind.sock; }
      location /path/ { proxy_pass http://unix:LOGS/behind.sock:/other/; }
      location /group/ { proxy_pass http://behind; }
      location /second/ { proxy_pass http://both; }
      location /nobody/ { proxy_pass http://unix:LOGS/nobody.sock; }
      location /variable/ { set $to unix:LOGS/behind.sock; proxy_pass http://$to:/v; }
    }
    server {
      listen unix:LOGS/behind.sock;
      location / { return 200 "$remote_addr|$server_addr|$server_port|$host|$uri|$http_host"; }
      location /moved { return 301 /elsewhere; }
    }`,
  requests: {
    'proxy_pass to a socket': get('/x?y'),
    'proxy_pass with a path': get('/path/x?y'),
    'a group of a socket': get('/group/x'),
    'the next socket when nobody listens': get('/second/x'),
    'a socket where nobody listens': get('/nobody/x'),
    'a socket in a variable': get('/variable/x'),
    'a redirect from behind': get('/moved'),
  },
  // The folders of the two have names of different lengths.
  ignore: /Content-Length: \d+/,
  errorLog: 'error',
  logs: ['access.log'],
  configurations: {
    'a listen without a path': 'server { listen unix:; }',
    'a proxy_pass without a path': 'server { location / { proxy_pass http://unix:; } }',
    'the same socket twice': 'server { listen unix:FOLDER/a.sock; listen unix:FOLDER/a.sock; }',
  },
} satisfies CaseFile;
