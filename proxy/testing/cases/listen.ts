import { type CaseFile, get } from '../case-file.ts';

const inServer = (listen: string): string => `server { listen 127.0.0.1:18081 ${listen}; }`;
const refused = [
  ...['backlog=0', 'backlog=x', 'backlog=-1', 'backlog', 'rcvbuf=x', 'rcvbuf=', 'sndbuf=-1', 'sndbuf=1x', 'fastopen=x'],
  ...['setfib=1', 'ipv6only=x', 'so_keepalive', 'so_keepalive=', 'so_keepalive=x', 'so_keepalive=::'],
  ...['so_keepalive=1m:x:2', 'so_keepalive=1:2:3:4', 'spdy', 'foo', 'foo=bar', 'default=1', 'ssl=on'],
];
const taken = [
  ...['backlog=5', 'rcvbuf=8k', 'sndbuf=0', 'fastopen=5', 'fastopen=0', 'deferred', 'ipv6only=on', 'so_keepalive=on'],
  ...['so_keepalive=off', 'so_keepalive=1m:2s:3', 'so_keepalive=30m::10', 'so_keepalive=1m', 'reuseport deferred'],
  ...['bind backlog=7', 'http2 proxy_protocol', 'default default_server', 'bind bind'],
];
const pairs = (words: readonly string[]): [string, string][] =>
  words.map((word) => [`listen ... ${word}`, inServer(word)]);

export default {
  page: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#listen',
  http: `
    server {
      listen 127.0.0.1:PORT so_keepalive=30s backlog=100 rcvbuf=64k sndbuf=64k;
      listen 127.0.0.1:OTHER bind;
      location / { return 200 "$server_addr"; }
    }`,
  requests: { 'a socket with options': get('/') },
  configurations: {
    ...Object.fromEntries([...pairs(refused), ...pairs(taken)]),
    'options twice for one address': `${inServer('bind')} ${inServer('bind')}`,
    'different options for one address': `${inServer('backlog=5')} ${inServer('rcvbuf=8k')}`,
    'so_keepalive twice': `${inServer('so_keepalive=on')} ${inServer('so_keepalive=on')}`,
    'two default servers': `${inServer('default')} ${inServer('default_server')}`,
    'one with options and one without': `${inServer('')} ${inServer('bind')}`,
    'one with http2 and one without': `${inServer('http2')} ${inServer('')}`,
    'options of the same wildcard': 'server { listen *:18081 bind; } server { listen 18081 backlog=1; }',
    'options of a wildcard and of an address': 'server { listen *:18081 bind; listen 127.0.0.1:18081 backlog=1; }',
  },
} satisfies CaseFile;
