// Lab 13: a site that can be left alone.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, HTTPS_PORT, STATUS_PORT (8088 on a real machine), CATALOG_1, CATALOG_2 and
// BACK_OFFICE (host:port), POSTER_DIR, LOG_DIR, TLS_CERT, TLS_KEY and HTPASSWD (files).
// What is about reloads is skipped, and doesn't count: what a signal means to a program is its author's to say.
// What labs 3 to 6 were about is here. What you wrote for labs 7 to 10 comes in, and a log.
import { type Exchange, forward, pool, redirect, sendFile, serve } from '#proxy';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  CATALOG_1 = '',
  CATALOG_2 = '',
  BACK_OFFICE = '',
  POSTER_DIR = '',
  TLS_CERT = '',
  TLS_KEY = '',
} = process.env;

const catalogs = pool([CATALOG_1, CATALOG_2]);
const backOffice = pool([BACK_OFFICE]);
const setHeaders = { Host: '$host', 'X-Forwarded-For': '$proxy_add_x_forwarded_for', 'X-Forwarded-Proto': '$scheme' };

function films(exchange: Exchange): void {
  // What is refused first costs least. And exchange.atEnd(() => ...) runs when an answer is out: that is when a line can
  // be written, with exchange.status, exchange.variable('request_time') and exchange.variable('upstream_addr').
  if (exchange.uri.startsWith('/poster/')) sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
  else forward(exchange, catalogs, { setHeaders });
}

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
    const site = sites.get(exchange.host);
    if (site === undefined) exchange.fail(404);
    else site(exchange);
  },
});
