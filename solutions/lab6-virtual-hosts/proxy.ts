import { type Exchange, forward, pool, redirect, sendFile, serve } from '../../proxy/index.ts';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  CATALOG = '127.0.0.1:8080',
  BACK_OFFICE = '127.0.0.1:9090',
  POSTER_DIR = '/usr/share/nginx/poster',
  TLS_CERT = '/etc/nginx/certs/catalog.test.crt',
  TLS_KEY = '/etc/nginx/certs/catalog.test.key',
} = process.env;

const catalog = pool([CATALOG]);
const backOffice = pool([BACK_OFFICE]);
const setHeaders = { Host: '$host', 'X-Forwarded-For': '$proxy_add_x_forwarded_for', 'X-Forwarded-Proto': '$scheme' };

function films(exchange: Exchange): void {
  if (exchange.uri.startsWith('/poster/')) sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
  else forward(exchange, catalog, { setHeaders });
}

// A table of names, and that is all a virtual host is. What isn't in it has nobody who could answer.
const sites = new Map<string, (exchange: Exchange) => void>([
  ['catalog.test', films],
  ['www.catalog.test', films],
  ['backoffice.test', (exchange) => forward(exchange, backOffice, { setHeaders })],
  ['posters.test', (exchange) => sendFile(exchange, POSTER_DIR, exchange.uri)],
]);

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    // `host` is in lower case and without a port; a request without one leaves it empty.
    const site = sites.get(exchange.host);
    if (site === undefined) exchange.fail(404);
    else site(exchange);
  },
});
