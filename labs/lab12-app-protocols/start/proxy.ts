// Lab 12: the application doesn't speak HTTP.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, HTTPS_PORT, UWSGI (the program in Python), FASTCGI (the one in PHP) and CATALOG
// (by HTTP), each as host:port; UWSGI_SOCKET, TLS_CERT and TLS_KEY (files).
// Tools that are at hand: pool([address], { protocol: 'uwsgi' }), forward(exchange, pool, { parameters: { NAME: '$variable' } }).
import { forward, pool, redirect, respond, serve } from '#proxy';

const { PORT = '8000', HTTPS_PORT = '8443', CATALOG = '', TLS_CERT = '', TLS_KEY = '' } = process.env;

const old = pool([CATALOG]);
const setHeaders = { Host: '$host', 'X-Forwarded-For': '$proxy_add_x_forwarded_for', 'X-Forwarded-Proto': '$scheme' };

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    // The program in Python is to answer here, and the one in PHP at www.catalog.test.
    if (exchange.host === 'catalog.test') forward(exchange, old, { setHeaders });
    else respond(exchange, 404, `Nobody takes care of ${exchange.host} yet.\n`);
  },
});
