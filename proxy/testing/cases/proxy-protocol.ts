import { type CaseFile, get } from '../case-file.ts';

const line = (words: string): string => `PROXY ${words}\r\n`;
const GOOD = line('TCP4 192.0.2.1 192.0.2.2 4711 8080');
const GOOD6 = line('TCP6 2001:db8::1 2001:db8::2 4712 8081');

/** A header of version 2: command and family as they are on the wire. */
const binary = (command: number, family: number, rest: string, length = rest.length): string =>
  `\r\n\r\n\0\r\nQUIT\n${String.fromCharCode(command, family, length >> 8, length & 255)}${rest}`;
const FOUR = '\xc0\x00\x02\x01\xc0\x00\x02\x02\x12\x67\x1f\x90';
const SIX = ` \x01\x0d\xb8${'\0'.repeat(11)}\x01${'\0'.repeat(10)}\xff\xff\x0a\0\0\x01\x12\x68\0\0`;
const SAY = `"$proxy_protocol_addr|$proxy_protocol_port|$proxy_protocol_server_addr|$proxy_protocol_server_port|$remote_addr:$server_port"`;

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#listen',
  http: `
    log_format who '$remote_addr $proxy_protocol_addr:$proxy_protocol_port $realip_remote_addr "$request" $status';
    access_log off; underscores_in_headers on;
    server {
      listen 127.0.0.1:PORT proxy_protocol; server_name one.test; access_log LOGS/believed.log who;
      location / { return 200 ${SAY}; }
      location /real { set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol; error_page 404 = /said; try_files /x =404; }
      location /said { return 200 "$remote_addr:$remote_port"; }
    }
    server {
      listen 127.0.0.1:PORT; server_name real.test; access_log LOGS/real.log who;
      set_real_ip_from 127.0.0.1; real_ip_header proxy_protocol;
      location / { return 200 "$remote_addr $proxy_protocol_addr"; }
      location /port { return 200 "$remote_addr:$remote_port"; }
      location /denied { deny 192.0.2.0/24; try_files /x /; }
      location /app { proxy_pass http://127.0.0.1:APP; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }
    }
    server {
      listen 127.0.0.1:PORT; server_name recursive.test; real_ip_recursive on;
      set_real_ip_from 127.0.0.1; set_real_ip_from 192.0.2.0/24; real_ip_header proxy_protocol;
      location / { return 200 "$remote_addr:$remote_port"; }
    }
    server {
      listen 127.0.0.1:PORT; server_name untrusted.test; set_real_ip_from 10.0.0.1; real_ip_header proxy_protocol;
      location / { return 200 $remote_addr; }
    }
    server {
      listen 127.0.0.1:PORT; server_name header.test; set_real_ip_from 127.0.0.1; real_ip_header Proxy_Protocol;
      location / { return 200 $remote_addr; }
    }
    server { listen 127.0.0.1:OTHER; location / { return 200 ${SAY}; } }`,
  app: (request, response) => void response.end(`${request.headers['x-forwarded-for']}`),
  logs: ['believed.log', 'real.log'],
  errorLog: 'info',
  requests: {
    'a line of version 1': GOOD + get('/'),
    'a line of version 1 with IPv6': GOOD6 + get('/'),
    'UNKNOWN tells nothing': line('UNKNOWN') + get('/'),
    'UNKNOWN and anything': line('UNKNOWN 1 2 \x7f x') + get('/'),
    'addresses are taken as they are written': line('TCP4 a.b:c 1::::1 1 2') + get('/'),
    'even none': line('TCP4   0 65535') + get('/'),
    'and ports with zeros before them': line('TCP6 ::1 ::1 00080 0443') + get('/'),
    'the line alone': 'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n',
    'several requests on one connection': `${GOOD}GET /a HTTP/1.1\r\nHost: one.test\r\n\r\n${get('/b')}`,
    'a second line is a bad request': GOOD + GOOD + get('/'),
    'a body behind it': `${GOOD}POST /app HTTP/1.1\r\nHost: real.test\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc`,
    ...Object.fromEntries(
      [
        ...['', ' ', 'TCP4', 'TCP5 1.1.1.1 2.2.2.2 1 2', 'tcp4 1.1.1.1 2.2.2.2 1 2', 'TCP4 1.1.1.1 2.2.2.2 1'],
        ...['TCP4 1.1.1.1 2.2.2.2 1 65536', 'TCP4 1.1.1.1 2.2.2.2 1  2', 'TCP4 1.1.1.1 2.2.2.2 -1 2', 'UNKNOW'],
        ...[
          'TCP4 host 2.2.2.2 1 2',
          'TCP4 1.1.1.1 2.2.2.2 1 2 ',
          'TCP4\t1.1.1.1 2.2.2.2 1 2',
          'TCP41.1.1.1 2.2.2.2 1 2',
        ],
      ].map((words) => [`a broken line: "${words}"`, line(words) + get('/')]),
    ),
    'a line that ends too early': 'PROXY TCP4 192.0.2.1 192.0.2.2 4711 8080',
    'a line with a bare LF': `PROXY TCP4 192.0.2.1 192.0.2.2 4711 8080\n${get('/')}`,
    'UNKNOWN without an end': 'PROXY UNKNOWN what',
    'another case': 'proxy TCP4 1.1.1.1 2.2.2.2 1 2\r\n',
    'no header at all': 'GARBAGE',
    'a request without a header': get('/'),
    'version 2, IPv4': binary(0x21, 0x11, FOUR) + get('/'),
    'version 2, IPv6, and no port': binary(0x21, 0x21, SIX) + get('/'),
    'version 2 with more behind the addresses': binary(0x21, 0x11, `${FOUR}\x04\0\x03abc`) + get('/'),
    'version 2, the proxy speaks for itself': binary(0x20, 0x11, FOUR) + get('/'),
    'version 2, nothing at all': binary(0x20, 0, '') + get('/'),
    'version 2, datagrams': binary(0x21, 0x12, FOUR) + get('/'),
    'version 2, a Unix socket': binary(0x21, 0x31, 'x'.repeat(216)) + get('/'),
    'version 2 with addresses that are too short': binary(0x21, 0x11, FOUR.slice(1)) + get('/'),
    'version 2 with IPv6 addresses that are too short': binary(0x21, 0x21, FOUR) + get('/'),
    'version 2 that never comes': binary(0x21, 0x11, FOUR, 5000) + get('/'),
    'version 2 that is larger than client_header_buffer_size': binary(0x21, 0x11, FOUR + 'x'.repeat(1020)) + get('/'),
    'version 3': binary(0x31, 0x11, FOUR) + get('/'),
    'half a signature': '\r\n\r\n\0\r\nQUIT',
    'the real address of version 1': GOOD + get('/port', '', 'real.test'),
    'the real address of version 2': binary(0x21, 0x21, SIX) + get('/port', '', 'real.test'),
    'the real address where it is not known': line('UNKNOWN') + get('/denied', '', 'real.test'),
    'a real address that is none': line('TCP4 a.b ::1 1 2') + get('/', '', 'real.test'),
    'it wins over headers': GOOD + get('/', 'X-Real-IP: 1.1.1.1\r\nX-Forwarded-For: 1.1.1.1\r\n', 'real.test'),
    'access rules see it': GOOD + get('/denied', '', 'real.test'),
    'the application hears of it': GOOD + get('/app', 'X-Forwarded-For: 1.1.1.1\r\n', 'real.test'),
    'recursively there is only one': GOOD + get('/', '', 'recursive.test'),
    'of those who are not believed nothing changes': GOOD + get('/', '', 'untrusted.test'),
    'another case is a header': GOOD + get('/', 'Proxy_Protocol: 1.1.1.1\r\n', 'header.test'),
    'in a location': GOOD + get('/real'),
  },
} satisfies CaseFile;
