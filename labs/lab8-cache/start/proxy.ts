// Lab 8: answers that are kept.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, HTTPS_PORT, CATALOG (the application, as host:port), POSTER_DIR, TLS_CERT and TLS_KEY (files).
// Tools that are at hand: exchange.method, exchange.target, performance.now() (ms), respond, forward, and fetch for an answer to keep.
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
    if (exchange.uri.startsWith('/poster/'))
      return sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
    // Is it a GET of /discover? And has somebody asked for the same within the last five seconds?
    forward(exchange, catalog, { setHeaders: { Host: '$host' } });
  },
});
