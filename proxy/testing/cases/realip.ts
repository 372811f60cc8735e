import { type CaseFile, get } from '../case-file.ts';

const forwarded = (target: string, list: string): string => get(target, `X-Forwarded-For: ${list}\r\n`);
const SAY = 'return 200 "$remote_addr $remote_port-$realip_remote_addr";';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_realip_module.html',
  http: `
    log_format who '$remote_addr $realip_remote_addr $request_uri'; access_log LOGS/who.log who;
    server {
      listen 127.0.0.1:PORT; server_name one.test; root FOLDER/html;
      location /none { return 200 $remote_addr; }
      location /real { set_real_ip_from 127.0.0.1; try_files /none /say; }
      location /say { return 200 $remote_addr; }
    }
    server {
      listen 127.0.0.1:PORT; server_name default.test; set_real_ip_from 127.0.0.1;
      location / { return 200 "$remote_addr $remote_port-"; }
      location /port { return 200 "$remote_addr:$remote_port"; }
    }
    server {
      listen 127.0.0.1:PORT; server_name list.test; set_real_ip_from 127.0.0.0/8; set_real_ip_from 10.0.0.0/8;
      real_ip_header X-Forwarded-For; location / { return 200 $remote_addr; }
      location /denied { deny 192.0.2.0/24; return 200 never; try_files /x /y; }
      location /files/ { deny 192.0.2.0/24; }
    }
    server {
      listen 127.0.0.1:PORT; server_name recursive.test; set_real_ip_from 127.0.0.1; set_real_ip_from 10.0.0.0/8;
      set_real_ip_from 2001:db8::/32;
      real_ip_header X-Forwarded-For; real_ip_recursive on; location / { return 200 $remote_addr; }
    }
    server {
      listen 127.0.0.1:PORT; server_name own.test; set_real_ip_from 127.0.0.1; real_ip_header X-Client;
      location / { return 200 $remote_addr; }
    }
    server {
      listen 127.0.0.1:PORT; server_name untrusted.test; set_real_ip_from 10.0.0.1; location / { ${SAY.replace('$remote_port', '')} }
    }`,
  logs: ['who.log'],
  errorLog: 'error',
  requests: {
    'nothing changes where nobody is believed': get('/none', 'X-Real-IP: 192.0.2.1\r\n'),
    'X-Real-IP is the header by default': get('/', 'X-Real-IP: 192.0.2.1\r\n', 'default.test'),
    'no header': get('/none'),
    'an address with a port changes $remote_port': get('/port', 'X-Real-IP: 192.0.2.1:4242\r\n', 'default.test'),
    'an IPv6 address': get('/', 'X-Real-IP: 2001:db8::1\r\n', 'default.test'),
    'an IPv6 address with a port': get('/port', 'X-Real-IP: [2001:db8::1]:99\r\n', 'default.test'),
    'no address at all': get('/none', 'X-Real-IP: somebody\r\n'),
    'an empty header': get('/none', 'X-Real-IP: \r\n'),
    'a name in any case': get('/', 'x-REAL-ip: 192.0.2.9\r\n', 'default.test'),
    'of several X-Real-IP the first': get('/', 'X-Real-IP: 192.0.2.1\r\nX-Real-IP: 192.0.2.2\r\n', 'default.test'),
    'of a list the last address': forwarded('/', '192.0.2.1, 10.0.0.2').replace('one.test', 'list.test'),
    'a list in several headers': get('/', 'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n', 'list.test'),
    'recursively: the last that is not believed': forwarded('/', '192.0.2.1, 192.0.2.2, 10.0.0.2, 10.0.0.3').replace(
      'one.test',
      'recursive.test',
    ),
    'recursively: all believed': forwarded('/', '10.0.0.1, 10.0.0.2').replace('one.test', 'recursive.test'),
    'recursively: nonsense in the middle': forwarded('/', '192.0.2.1, x, 10.0.0.2').replace(
      'one.test',
      'recursive.test',
    ),
    'recursively: IPv6': forwarded('/', '2001:db9::1, 2001:db8::7').replace('one.test', 'recursive.test'),
    'recursively: commas and spaces': forwarded('/', ' 192.0.2.1,10.0.0.2 , ').replace('one.test', 'recursive.test'),
    'a header of another name': get('/', 'X-Client: 192.0.2.3\r\n', 'own.test'),
    'who is not believed': get('/', 'X-Real-IP: 192.0.2.1\r\n', 'untrusted.test'),
    'access rules see the real address': forwarded('/files/x', '192.0.2.1').replace('one.test', 'list.test'),
    'in a location it takes effect after the rewrite phase': get('/real', 'X-Real-IP: 192.0.2.1\r\n'),
  },
  configurations: {
    'an address with low bits': 'set_real_ip_from 10.0.0.1/8;',
    'an IPv6 address with low bits': 'set_real_ip_from 2001:db8::1/32;',
    'a header twice': 'real_ip_header X-A; real_ip_header X-B;',
    'recursion is on or off': 'real_ip_recursive maybe;',
    'a prefix that is too long': 'set_real_ip_from 10.0.0.0/33;',
  },
} satisfies CaseFile;
