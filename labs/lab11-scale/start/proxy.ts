// Lab 11: many at once.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, HTTPS_PORT, CATALOG_1, CATALOG_2 and CATALOG, the spare one (host:port each),
// POSTER_DIR, TLS_CERT and TLS_KEY (files). What is about reloads and quitting is skipped, and doesn't count: what a signal
// means is up to a program.
// Tools that are at hand: node:cluster, pool(['HOST:PORT max_fails=2', 'HOST:PORT backup']), forward with directives.
import { forward, pool, redirect, sendFile, serve } from '#proxy';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  CATALOG_1 = '',
  POSTER_DIR = '',
  TLS_CERT = '',
  TLS_KEY = '',
} = process.env;

const catalogs = pool([CATALOG_1], { keepalive: 0 });

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

// One process, on one core. Who could do what it does as well?
await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    if (exchange.uri.startsWith('/poster/'))
      return sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
    forward(exchange, catalogs, { setHeaders: { Host: '$host' } });
  },
});
