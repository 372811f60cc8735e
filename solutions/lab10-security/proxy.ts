import { type Exchange, forward, pool, redirect, respond, sendFile, serve } from '../../proxy/index.ts';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  STATUS_PORT = '8088',
  CATALOG = '127.0.0.1:8080',
  BACK_OFFICE = '127.0.0.1:9090',
  POSTER_DIR = '/usr/share/nginx/poster',
  TLS_CERT = '/etc/nginx/certs/catalog.test.crt',
  TLS_KEY = '/etc/nginx/certs/catalog.test.key',
} = process.env;

const catalog = pool([CATALOG]);
const backOffice = pool([BACK_OFFICE]);
const setHeaders = { Host: '$host', 'X-Forwarded-For': '$proxy_add_x_forwarded_for', 'X-Forwarded-Proto': '$scheme' };

const careful = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Strict-Transport-Security': 'max-age=31536000',
};

// Every answer says less about the server and more to the browser, whoever gives it: the application, a file, an error.
const everywhere = `server_tokens off; ${Object.entries(careful)
  .map(([name, value]) => `add_header ${name} "${value}" always;`)
  .join(' ')}`;

/** How much of a client's time and of our memory a request may take. The body's limit belongs to who reads the body. */
const patience = 'client_header_timeout 3s; client_body_timeout 3s; large_client_header_buffers 4 4k;';
const forwarded = `${everywhere} client_max_body_size 1m; client_body_timeout 3s;`;

function films(exchange: Exchange): void {
  const { uri } = exchange;
  if (!['GET', 'HEAD', 'POST'].includes(exchange.method)) exchange.fail(405);
  // `uri` is decoded: %2e is a dot here as well.
  else if (uri.includes('/.')) exchange.fail(404);
  else if (uri.startsWith('/poster/'))
    sendFile(exchange, POSTER_DIR, uri.slice('/poster'.length), { directives: everywhere });
  else forward(exchange, catalog, { setHeaders, directives: forwarded });
}

const sites = new Map<string, (exchange: Exchange) => void>([
  ['catalog.test', films],
  ['www.catalog.test', films],
  ['backoffice.test', (exchange) => forward(exchange, backOffice, { setHeaders, directives: forwarded })],
  ['posters.test', (exchange) => sendFile(exchange, POSTER_DIR, exchange.uri, { directives: everywhere })],
]);

let requests = 0;

await serve({
  port: Number(PORT),
  directives: everywhere,
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  directives: `${everywhere} ${patience}`,
  handler(exchange) {
    requests++;
    const site = sites.get(exchange.host);
    if (site === undefined) exchange.fail(404);
    else site(exchange);
  },
});

// On the loopback address: who isn't on this machine finds nothing here that could be asked.
await serve({
  port: Number(STATUS_PORT),
  address: '127.0.0.1',
  directives: everywhere,
  handler(exchange) {
    if (exchange.uri === '/nginx_status') respond(exchange, 200, `Requests so far: ${requests}\n`);
    else exchange.fail(404);
  },
});
