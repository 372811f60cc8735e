import { appendFile } from 'node:fs';
import { join } from 'node:path';
import { type Exchange, forward, isUser, limit, pool, redirect, respond, sendFile, serve } from '../../proxy/index.ts';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  STATUS_PORT = '8088',
  CATALOG_1 = '127.0.0.1:8081',
  CATALOG_2 = '127.0.0.1:8082',
  BACK_OFFICE = '127.0.0.1:9090',
  HTPASSWD = '/etc/nginx/htpasswd',
  LOG_DIR = '/var/log/nginx',
  POSTER_DIR = '/usr/share/nginx/poster',
  TLS_CERT = '/etc/nginx/certs/catalog.test.crt',
  TLS_KEY = '/etc/nginx/certs/catalog.test.key',
} = process.env;

const catalogs = pool([CATALOG_1, CATALOG_2]);
const backOffice = pool([BACK_OFFICE]);
const setHeaders = { Host: '$host', 'X-Forwarded-For': '$proxy_add_x_forwarded_for', 'X-Forwarded-Proto': '$scheme' };

// Every answer says less about the server and more to the browser, whoever gives it: the application, a file, an error.
const everywhere = `server_tokens off;
  add_header X-Content-Type-Options nosniff always; add_header X-Frame-Options DENY always;
  add_header Referrer-Policy strict-origin-when-cross-origin always;`;
const secure = `${everywhere} add_header Strict-Transport-Security max-age=31536000 always;`;
const forwarded = { setHeaders, directives: `${secure} client_max_body_size 1m;` };

/** Lab 7: how often a client may ask for lists. */
const patience = limit({ rate: 5, burst: 10 });

/** Lab 8: what is kept, or being asked for just now, by path and query; and until when it is good. */
const lists = new Map<string, { readonly list: ReturnType<typeof ask>; until: number }>();
let turn = 0;

/** Asks one instance for a list, and the other one when the first can't be reached. */
async function ask(exchange: Exchange) {
  const [first, second] = turn++ % 2 === 0 ? [CATALOG_1, CATALOG_2] : [CATALOG_2, CATALOG_1];
  const headers = { 'X-Forwarded-For': exchange.connection.remoteAddress, 'X-Forwarded-Proto': 'https' };
  const from = async (instance: string) => {
    const answer = await fetch(`http://${instance}${exchange.target}`, { headers, redirect: 'manual' });
    const control = answer.headers.get('cache-control') ?? '';
    const isForAll =
      answer.status === 200 && !answer.headers.has('set-cookie') && !/private|no-store|no-cache/i.test(control);
    return { answer, body: await answer.text(), instance, isForAll };
  };
  return from(first).catch(() => from(second));
}

/** Asks, and lets others wait for the same answer; what they may have is kept for 5 s. */
async function askAndKeep(exchange: Exchange): ReturnType<typeof ask> {
  const entry = { list: ask(exchange), until: Number.POSITIVE_INFINITY };
  lists.set(exchange.target, entry);
  const isForAll = await entry.list.then((list) => list.isForAll).catch(() => false);
  entry.until = performance.now() + 5_000;
  if (!isForAll) lists.delete(exchange.target);
  if (lists.size > 1_000) lists.delete(lists.keys().next().value!);
  return entry.list;
}

async function list(exchange: Exchange): Promise<void> {
  const before = lists.get(exchange.target);
  const isGood = before !== undefined && performance.now() < before.until;
  const known = isGood ? await before.list.catch(() => undefined) : undefined;
  const isHit = known?.isForAll === true;
  const found = isHit ? known : await askAndKeep(exchange).catch(() => undefined);
  if (exchange.finished) return;
  if (found === undefined) return exchange.fail(502);
  exchange.setResponseHeader('X-Cache-Status', isHit ? 'HIT' : before === undefined ? 'MISS' : 'EXPIRED');
  if (!isHit) exchange.variables.set('instance', found.instance);
  for (const [name, value] of found.answer.headers)
    if (/^(set-cookie|cache-control|x-)/.test(name)) exchange.responseHeaders.push(name, value);
  respond(exchange, found.answer.status, found.body, found.answer.headers.get('content-type') ?? 'application/json');
}

/** Lab 9: a password for what staff does. */
function office(exchange: Exchange): void {
  if (!exchange.uri.startsWith('/admin/') || isUser(exchange, HTPASSWD)) {
    forward(exchange, backOffice, forwarded);
    return;
  }
  exchange.setResponseHeader('WWW-Authenticate', 'Basic realm="Back office"');
  exchange.fail(401);
}

/** One line of JSON for each request, once it has its answer. */
function log(exchange: Exchange): void {
  const line = {
    time: new Date(),
    request: `${exchange.method} ${exchange.target}`,
    status: exchange.status,
    request_time: Number(exchange.variable('request_time')),
    upstream_addr: exchange.variables.get('instance') ?? exchange.variable('upstream_addr') ?? '',
    agent: exchange.header('user-agent'),
  };
  appendFile(join(LOG_DIR, 'access.log'), `${JSON.stringify(line)}\n`, () => {});
}

function films(exchange: Exchange): void {
  const { method, uri } = exchange;
  exchange.atEnd(() => log(exchange));
  if (!['GET', 'HEAD', 'POST'].includes(method)) exchange.fail(405);
  else if (uri.includes('/.')) exchange.fail(404);
  else if (uri.startsWith('/poster/'))
    sendFile(exchange, POSTER_DIR, uri.slice('/poster'.length), { directives: secure });
  else if (uri.startsWith('/discover') && !patience.admits(exchange.connection.remoteAddress)) exchange.fail(429);
  else if (uri === '/discover' && method === 'GET' && exchange.header('authorization') === undefined)
    void list(exchange);
  else forward(exchange, catalogs, forwarded);
}

const sites = new Map<string, (exchange: Exchange) => void>([
  ['catalog.test', films],
  ['www.catalog.test', films],
  ['backoffice.test', office],
  ['posters.test', (exchange) => sendFile(exchange, POSTER_DIR, exchange.uri, { directives: secure })],
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
  directives: secure,
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
  handler: (exchange) => respond(exchange, exchange.uri === '/nginx_status' ? 200 : 404, `Requests: ${requests}\n`),
});
