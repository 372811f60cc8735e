// Lab 5: HTTPS, and nothing else.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, HTTPS_PORT, CATALOG, POSTER_DIR, TLS_CERT and TLS_KEY (files).
// Tools that are at hand: redirect(exchange, 301, address), and a second serve({ tls: { cert, key } }).
import { respond, serve } from '#proxy';

const { PORT = '8000' } = process.env;

await serve({
  port: Number(PORT),
  handler(exchange) {
    // Where should everybody go who comes in plain HTTP? exchange.host and exchange.target say what was asked for.
    respond(exchange, 501, `Nobody takes care of ${exchange.uri} yet.\n`);
  },
});
