// Lab 9: who are you?
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, HTTPS_PORT, CATALOG and BACK_OFFICE (the applications, as host:port),
// POSTER_DIR, TLS_CERT and TLS_KEY (files), and HTPASSWD: a file with a line NAME:{SHA}BASE64-OF-SHA-1 for each user.
// Tools that are at hand: exchange.header('authorization'), exchange.setResponseHeader, exchange.fail(401).
import { type Exchange, forward, pool, redirect, sendFile, serve } from '#proxy';

const { PORT = '8000', HTTPS_PORT = '8443', CATALOG = '', BACK_OFFICE = '' } = process.env;
const { POSTER_DIR = '', TLS_CERT = '', TLS_KEY = '' } = process.env;

const catalog = pool([CATALOG]);
const backOffice = pool([BACK_OFFICE]);
const setHeaders = { Host: '$host' };

function office(exchange: Exchange): void {
  // Is it a page for the staff? exchange.uri is decoded, exchange.target as it came. And who is asking?
  forward(exchange, backOffice, { setHeaders });
}

function films(exchange: Exchange): void {
  if (exchange.uri.startsWith('/poster/')) sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
  else forward(exchange, catalog, { setHeaders });
}

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    if (exchange.host === 'backoffice.test') office(exchange);
    else if (/^(www\.)?catalog\.test$/.test(exchange.host)) films(exchange);
    else if (exchange.host === 'posters.test') sendFile(exchange, POSTER_DIR, exchange.uri);
    else exchange.fail(404);
  },
});
