// Lab 10: less to attack.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, HTTPS_PORT, STATUS_PORT (8088 on a real machine), CATALOG (host:port),
// POSTER_DIR, TLS_CERT and TLS_KEY (files).
// serve, forward and sendFile take `directives`: lines of nginx for what they answer, 'server_tokens off;' for one.
import { forward, pool, redirect, sendFile, serve } from '#proxy';

const { PORT = '8000', HTTPS_PORT = '8443', CATALOG = '', POSTER_DIR = '', TLS_CERT = '', TLS_KEY = '' } = process.env;

const catalog = pool([CATALOG]);

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    // What should nobody be able to ask for? exchange.method, exchange.uri (decoded), exchange.fail(405).
    if (exchange.host !== 'catalog.test') exchange.fail(404);
    else if (exchange.uri.startsWith('/poster/')) sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
    else forward(exchange, catalog, { setHeaders: { Host: '$host' } });
  },
});

// And a page about the server itself, on an address that only this machine has.
