import cluster from 'node:cluster';
import { type Exchange, forward, pool, redirect, sendFile, serve } from '../../proxy/index.ts';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  CATALOG = '127.0.0.1:8080',
  CATALOG_1 = '127.0.0.1:8081',
  CATALOG_2 = '127.0.0.1:8082',
  POSTER_DIR = '/usr/share/nginx/poster',
  TLS_CERT = '/etc/nginx/certs/catalog.test.crt',
  TLS_KEY = '/etc/nginx/certs/catalog.test.key',
} = process.env;

// The master serves nobody. It starts workers, another one for each that dies, and tells them when it is over.
if (cluster.isPrimary) {
  let over = false;
  for (let count = 0; count < 2; count++) cluster.fork();
  cluster.on('exit', () => over || cluster.fork());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      over = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
    });
  }
} else await work();

/** What a worker does. The master holds the ports, and hands each connection to one of the workers. */
async function work(): Promise<void> {
  const catalogs = pool([
    `${CATALOG_1} max_fails=2 fail_timeout=5s`,
    `${CATALOG_2} max_fails=2 fail_timeout=5s`,
    `${CATALOG} backup`,
  ]);
  // Whose visitor it is decides for one of them; every worker comes to the same conclusion.
  const visits = [pool([CATALOG_1]), pool([CATALOG_2])];
  const options = {
    setHeaders: { Host: '$host', 'X-Forwarded-For': '$proxy_add_x_forwarded_for', 'X-Forwarded-Proto': '$scheme' },
    directives:
      'gzip on; gzip_types application/json text/plain text/css; gzip_min_length 256; gzip_vary on; gzip_proxied any;',
  };

  function films(exchange: Exchange): void {
    if (exchange.uri.startsWith('/poster/')) sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
    else if (exchange.uri === '/whoami') forward(exchange, visits[instanceOf(exchange)]!, options);
    else forward(exchange, catalogs, options);
  }

  await serve({
    port: Number(PORT),
    handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
  });

  await serve({
    port: Number(HTTPS_PORT),
    tls: { cert: TLS_CERT, key: TLS_KEY },
    handler(exchange) {
      if (/^(www\.)?catalog\.test$/.test(exchange.host)) films(exchange);
      else exchange.fail(404);
    },
  });
}

/** Which of the two instances a visitor belongs to: the same one each time, and nothing has to be remembered for it. */
function instanceOf(exchange: Exchange): number {
  const visit = /(?:^|;\s*)visit=([^;]*)/.exec(exchange.header('cookie') ?? '')?.[1] ?? '';
  let hash = 0;
  for (const letter of visit) hash = (hash * 31 + letter.codePointAt(0)!) >>> 0;
  return hash % 2;
}
