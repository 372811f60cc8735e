// Lab 6: several sites on one server.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, HTTPS_PORT, CATALOG and BACK_OFFICE (the applications, as host:port),
// POSTER_DIR, TLS_CERT and TLS_KEY (files).
// Tools that are at hand: forward(exchange, pool([address])), sendFile(exchange, folder, path), exchange.fail(404).
import { redirect, respond, serve } from '#proxy';

const { PORT = '8000', HTTPS_PORT = '8443', TLS_CERT = '', TLS_KEY = '' } = process.env;

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    // Whose request is it? exchange.host is the name that was asked for, in lower case and without a port.
    respond(exchange, 501, `Nobody takes care of ${exchange.host} yet.\n`);
  },
});
