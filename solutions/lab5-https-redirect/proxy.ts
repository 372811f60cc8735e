import { forward, pool, redirect, sendFile, serve } from '../../proxy/index.ts';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  CATALOG = '127.0.0.1:8080',
  POSTER_DIR = '/usr/share/nginx/poster',
  TLS_CERT = '/etc/nginx/certs/catalog.test.crt',
  TLS_KEY = '/etc/nginx/certs/catalog.test.key',
} = process.env;

const catalog = pool([CATALOG]);

// Plain HTTP can do one thing only. `target` is path and query as they came.
await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

const hsts = 'add_header Strict-Transport-Security "max-age=31536000" always;';
await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  directives: 'ssl_protocols TLSv1.2 TLSv1.3;',
  handler(exchange) {
    if (exchange.uri.startsWith('/poster/')) {
      exchange.setResponseHeader('Strict-Transport-Security', 'max-age=31536000');
      sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
    } else {
      forward(exchange, catalog, { setHeaders: { Host: '$host', 'X-Forwarded-Proto': '$scheme' }, directives: hsts });
    }
  },
});
