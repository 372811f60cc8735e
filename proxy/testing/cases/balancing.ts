import { type CaseFile, get } from '../case-file.ts';

const times = (count: number, target: string): string[] => Array.from({ length: count }, () => get(target));
/** Requests of clients at these addresses, for the servers trust `X-Forwarded-For`. */
const from = (target: string, addresses: readonly string[]): string[] =>
  addresses.map((address) => get(target, `X-Forwarded-For: ${address}\r\n`));
const keys = (target: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => get(`${target}?key=${index}-${index * 7919}`));
const networks = Array.from({ length: 24 }, (_, index) => `${index * 9 + 3}.${(index * 67) % 251}.${index * 5}.77`);

/** The servers of a group are one application at several addresses of this machine. */
const three = 'server 127.0.0.1:APP; server 127.0.0.2:APP; server 127.0.0.3:APP;';

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html',
  http: `
    set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;
    add_header X-Tried "$upstream_addr | $upstream_status" always;
    proxy_connect_timeout 2s;
    upstream plain { ${three} }
    upstream weights { server 127.0.0.1:APP weight=5; server 127.0.0.2:APP; server 127.0.0.3:APP weight=2; }
    upstream uneven { server 127.0.0.1:APP weight=7; server 127.0.0.2:APP weight=3; server 127.0.0.3:APP weight=4; server 127.0.0.4:APP weight=1; }
    upstream weak { server 127.0.0.1:APP weight=4; server 127.0.0.2:1 weight=4 max_fails=0; }
    upstream resting { server 127.0.0.1:APP; server 127.0.0.2:1 max_fails=2 fail_timeout=1h; server 127.0.0.3:APP weight=2; }
    upstream reserve { server 127.0.0.1:1 fail_timeout=1h; server 127.0.0.2:APP backup; server 127.0.0.3:APP backup weight=2; }
    upstream some-down { server 127.0.0.1:APP down; server 127.0.0.2:APP; server 127.0.0.3:APP down; }
    upstream all-down { server 127.0.0.1:APP down; server 127.0.0.2:APP down; }
    upstream all-dead { server 127.0.0.1:1; server 127.0.0.2:1; }
    upstream all-dead-reserve { server 127.0.0.1:1; server 127.0.0.2:1 backup; }
    upstream least { least_conn; ${three} }
    upstream least-weights { least_conn; server 127.0.0.1:APP weight=3; server 127.0.0.2:APP; server 127.0.0.3:APP weight=2; }
    upstream least-dead { least_conn; server 127.0.0.1:1 fail_timeout=1h; server 127.0.0.2:APP weight=2; server 127.0.0.3:APP; }
    upstream least-reserve { least_conn; server 127.0.0.1:1 fail_timeout=1h; server 127.0.0.2:APP backup; server 127.0.0.3:APP backup; }
    upstream by-ip { ip_hash; ${three} }
    upstream by-ip-weights { ip_hash; server 127.0.0.1:APP weight=3; server 127.0.0.2:APP; server 127.0.0.3:APP down; server 127.0.0.4:APP weight=2; }
    upstream by-ip-dead { ip_hash; server 127.0.0.1:APP; server 127.0.0.2:1 fail_timeout=1h; server 127.0.0.3:APP; }
    upstream by-ip-hopeless { ip_hash; server 127.0.0.1:APP down; server 127.0.0.2:1 fail_timeout=1h; }
    upstream by-key { hash $arg_key; ${three} }
    upstream by-key-weights { hash "$arg_key-$host"; server 127.0.0.1:APP weight=3; server 127.0.0.2:APP; server 127.0.0.3:APP down; server 127.0.0.4:APP weight=2; }
    upstream by-key-dead { hash $arg_key; server 127.0.0.1:APP; server 127.0.0.2:1 fail_timeout=1h; server 127.0.0.3:APP; }
    upstream ring { hash $arg_key consistent; ${three} }
    upstream ring-weights { hash $arg_key consistent; server 127.0.0.1:APP weight=3; server 127.0.0.2:APP; server 127.0.0.3:APP weight=2; }
    upstream ring-dead { hash $arg_key consistent; server 127.0.0.1:APP; server 127.0.0.2:1 fail_timeout=1h; server 127.0.0.3:APP; server 127.0.0.4:APP down; }
    upstream ring-names { hash $arg_key consistent; server localhost:APP; server 127.0.0.2:APP; server unix:LOGS/none.sock down; }
    upstream only-two { random two; server 127.0.0.1:APP; server 127.0.0.2:APP down; }
    upstream random-dead { random; server 127.0.0.1:1 fail_timeout=1h; server 127.0.0.2:1 down; }
    upstream full { server 127.0.0.1:APP max_conns=1; server 127.0.0.2:APP max_conns=1; }
    upstream full-zone { zone full 64k; server 127.0.0.1:APP max_conns=1; server 127.0.0.2:APP backup; }
    upstream zoned { zone zoned 64k; server 127.0.0.1:APP weight=3; server 127.0.0.2:APP weight=2; server 127.0.0.3:APP backup; }
    upstream zoned-ring { zone zoned-ring 64k; hash $arg_key consistent; ${three} }
    upstream zoned-ip { zone zoned-ip 64k; ip_hash; ${three} }
    upstream kept { ${three} keepalive 2; }
    server {
      listen 127.0.0.1:PORT; server_name one.test;
      location ~ ^/([a-z-]+)$ { proxy_pass http://$1; }
      location = /kept { proxy_pass http://kept; proxy_http_version 1.1; proxy_set_header Connection ""; }
    }`,
  app: (request, response) => {
    const slow = /[?&]slow=(\d+)/.exec(request.url!)?.[1];
    const answer = (): void => void response.end(`${request.socket.localAddress} ${request.url}`);
    if (slow === undefined) answer();
    else setTimeout(answer, Number(slow));
  },
  errorLog: 'warn',
  requests: {
    'requests are distributed between the servers in turn': times(7, '/plain'),
    'five to one to two': times(17, '/weights'),
    'seven to three to four to one': times(31, '/uneven'),
    'a server that fails and is never taken for dead': times(13, '/weak'),
    'max_fails is how often a server may fail before it rests': times(17, '/resting'),
    'a backup is asked when the others are unavailable': times(8, '/reserve'),
    down: times(4, '/some-down'),
    'all are down': times(3, '/all-down'),
    'all are dead': times(4, '/all-dead'),
    'all are dead, the reserve as well': times(4, '/all-dead-reserve'),
    'least_conn, nobody busy: in turn': times(7, '/least'),
    'least_conn, nobody busy: in turn by weight': times(13, '/least-weights'),
    'least_conn and a dead server': times(7, '/least-dead'),
    'least_conn and the reserve': times(5, '/least-reserve'),
    'ip_hash: the first three octets are the key': from('/by-ip', networks),
    'ip_hash: the last octet is not': from('/by-ip', ['10.1.2.3', '10.1.2.4', '10.1.2.255']),
    'ip_hash: an IPv6 address is the key as a whole': from('/by-ip', [
      '2001:db8::1',
      '2001:db8::2',
      '2001:db8::3',
      '2001:db8::4',
      '::1',
      '::ffff:10.1.2.3',
      'fe80::1',
    ]),
    'ip_hash with weights and one that is down': from('/by-ip-weights', networks),
    'ip_hash and a dead server': from('/by-ip-dead', networks),
    'ip_hash and nobody left': from('/by-ip-hopeless', networks.slice(0, 3)),
    'hash: the key decides': keys('/by-key', 40),
    'hash: an empty key': times(3, '/by-key'),
    'hash with weights and one that is down': keys('/by-key-weights', 40),
    'hash and a dead server': keys('/by-key-dead', 30),
    'hash consistent: the ketama ring': keys('/ring', 60),
    'hash consistent: an empty key': times(3, '/ring'),
    'hash consistent with weights': keys('/ring-weights', 60),
    'hash consistent and a dead server': keys('/ring-dead', 40),
    'hash consistent and servers with names': keys('/ring-names', 40),
    'random two of which one is there': times(4, '/only-two'),
    'random, all dead': times(4, '/random-dead'),
    'max_conns: who is full is passed over': {
      together: [get('/full?slow=400'), get('/full?slow=400')],
    },
    'max_conns: all are full': { together: Array.from({ length: 4 }, () => get('/full?slow=900')) },
    'max_conns in a zone, and a backup': { together: Array.from({ length: 2 }, () => get('/full-zone?slow=600')) },
    'a zone keeps the order': times(11, '/zoned'),
    'a zone keeps the ring': keys('/zoned-ring', 30),
    'a zone keeps ip_hash': from('/zoned-ip', networks),
    'keepalive keeps the order': times(8, '/kept'),
  },
  configurations: {
    'hash knows no backup': 'upstream u { hash $uri; server 127.0.0.1:1; server 127.0.0.2:1 backup; }',
    'nor does a backup become one by a hash after it':
      'upstream u { server 127.0.0.2:1 backup; server 127.0.0.1:1; hash $uri; }',
    'ip_hash knows no backup': 'upstream u { ip_hash; server 127.0.0.1:1; server 127.0.0.2:1 backup; }',
    'random knows no backup': 'upstream u { random; server 127.0.0.1:1; server 127.0.0.2:1 backup; }',
    'random two and a method': 'upstream u { random two least_time; server 127.0.0.1:1; }',
    'random two least_conn': 'upstream u { random two least_conn; server 127.0.0.1:1; }',
    'random three': 'upstream u { random three; server 127.0.0.1:1; }',
    'random one method': 'upstream u { random least_conn; server 127.0.0.1:1; }',
    'hash and a word': 'upstream u { hash $uri ketama; server 127.0.0.1:1; }',
    'two methods': 'upstream u { ip_hash; least_conn; server 127.0.0.1:1; }',
    'two methods with words': 'upstream u { hash $uri; random two; server 127.0.0.1:1; }',
    'the same method twice': 'upstream u { least_conn; least_conn; server 127.0.0.1:1; }',
    'a method after keepalive': 'upstream u { keepalive 2; least_conn; server 127.0.0.1:1; }',
    'keepalive before ip_hash and a backup':
      'upstream u { server 127.0.0.1:1 backup; server 127.0.0.2:1; keepalive 2; ip_hash; }',
    'only backups': 'upstream u { server 127.0.0.1:1 backup; }',
    'a weight of nothing': 'upstream u { server 127.0.0.1:1 weight=0; }',
    'max_fails that is none': 'upstream u { server 127.0.0.1:1 max_fails=x; }',
    'max_conns that is none': 'upstream u { server 127.0.0.1:1 max_conns=-1; }',
    'fail_timeout that is none': 'upstream u { server 127.0.0.1:1 fail_timeout=x; }',
    'slow_start is sold': 'upstream u { server 127.0.0.1:1 slow_start=10s; }',
    'resolve is sold': 'upstream u { server 127.0.0.1:1 resolve; }',
    'a group twice': 'upstream u { server 127.0.0.1:1; } upstream U { server 127.0.0.1:1; }',
    'a group asked with a port': 'upstream u { server 127.0.0.1:1; } server { location / { proxy_pass http://u:81; } }',
    'a group asked with a port before it is there':
      'server { location / { proxy_pass http://u:81; } }\nupstream u { server 127.0.0.1:1; }',
    'a path in a server': 'upstream u { server 127.0.0.1:1/x; }',
    'a scheme in a server': 'upstream u { server http://127.0.0.1:1; }',
    'a port that is none': 'upstream u { server 127.0.0.1:99999; }',
    'no group of its own': 'upstream { server 127.0.0.1:1; }',
    'an empty group': 'upstream u { least_conn; }',
    'keepalive of none': 'upstream u { server 127.0.0.1:1; keepalive 0; }',
    'keepalive twice': 'upstream u { server 127.0.0.1:1; keepalive 1; keepalive 1; }',
    'keepalive words': 'upstream u { server 127.0.0.1:1; keepalive x; }',
    'a zone without size': 'upstream u { zone u; server 127.0.0.1:1; }',
    'a zone that is small': 'upstream u { zone u 1k; server 127.0.0.1:1; }',
    'a zone with a bad size': 'upstream u { zone u x; server 127.0.0.1:1; }',
    'a zone of two groups': 'upstream u { zone z 64k; server 127.0.0.1:1; } upstream v { zone z; server 127.0.0.1:1; }',
  },
} satisfies CaseFile;
