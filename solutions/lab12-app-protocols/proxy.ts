import { type Exchange, forward, pool, redirect, serve } from '../../proxy/index.ts';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  CATALOG = '127.0.0.1:8080',
  UWSGI_SOCKET = '/run/catalog.sock',
  FASTCGI = '127.0.0.1:9000',
  TLS_CERT = '/etc/nginx/certs/catalog.test.crt',
  TLS_KEY = '/etc/nginx/certs/catalog.test.key',
} = process.env;

const python = pool([`unix:${UWSGI_SOCKET}`], { protocol: 'uwsgi', keepalive: 0 });
const php = pool([FASTCGI], { protocol: 'fastcgi', keepalive: 0 });
const live = pool([CATALOG]);

// What HTTP says in its first line, and what the connection knows: an application behind these protocols is told it by
// names that are older than HTTP/1.0 (RFC 3875). Headers go along by themselves, as HTTP_*.
const parameters = {
  REQUEST_METHOD: '$request_method',
  REQUEST_URI: '$request_uri',
  PATH_INFO: '$document_uri',
  QUERY_STRING: '$query_string',
  CONTENT_TYPE: '$content_type',
  CONTENT_LENGTH: '$content_length',
  SERVER_PROTOCOL: '$server_protocol',
  SERVER_NAME: '$server_name',
  SERVER_PORT: '$server_port',
  REMOTE_ADDR: '$remote_addr',
  REMOTE_PORT: '$remote_port',
  HTTPS: '$https',
};

// A wish to leave HTTP is for the next hop alone; whoever passes it on has to say it again.
const upgrade = { Host: '$host', Upgrade: '$http_upgrade', Connection: 'upgrade' };

const sites = new Map<string, (exchange: Exchange) => void>([
  [
    'catalog.test',
    (exchange) => {
      if (exchange.uri === '/live') forward(exchange, live, { setHeaders: upgrade });
      else forward(exchange, python, { parameters });
    },
  ],
  ['www.catalog.test', (exchange) => forward(exchange, php, { parameters })],
]);

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    const site = sites.get(exchange.host);
    if (site === undefined) exchange.fail(404);
    else site(exchange);
  },
});
