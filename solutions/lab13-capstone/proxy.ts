import { createHash, timingSafeEqual } from 'node:crypto';
import { appendFile, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Exchange, forward, pool, redirect, respond, sendFile, serve } from '../../proxy/index.ts';

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

/** Lab 7: one bucket for each client; how full it is, and when that was true (ms). 5 requests a second leak, 10 fit. */
const buckets = new Map<string, { level: number; at: number }>();

function fits(address: string): boolean {
  const now = performance.now();
  const { level, at } = buckets.get(address) ?? { level: -1, at: now };
  const next = Math.max(0, level - (5 * (now - at)) / 1_000 + 1);
  if (next > 10) return false;
  buckets.set(address, { level: next, at: now });
  return true;
}
// A bucket that has run dry says no more than none at all.
setInterval(() => {
  for (const [address, { at }] of buckets) if (performance.now() - at > 2_000) buckets.delete(address);
}, 10_000).unref();

/** Lab 8: what is kept, by path and query, and for how long it is good (ms); and what is being asked for meanwhile. */
interface List {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly instance: string;
  readonly until: number;
}
const kept = new Map<string, List>();
const asked = new Map<string, Promise<List>>();
let turn = 0;

/** Asks one instance, and the other one when the first can't be reached. */
async function ask(exchange: Exchange): Promise<List> {
  const [first, second] = turn++ % 2 === 0 ? [CATALOG_1, CATALOG_2] : [CATALOG_2, CATALOG_1];
  const headers = { 'X-Forwarded-For': exchange.connection.remoteAddress, 'X-Forwarded-Proto': 'https' };
  const from = async (instance: string) => {
    const answer = await fetch(`http://${instance}${exchange.target}`, { headers, redirect: 'manual' });
    return { status: answer.status, headers: answer.headers, body: await answer.text(), instance };
  };
  const found = await from(first).catch(() => from(second));
  const { status, headers: said } = found;
  // A good answer, and none that the application means for one visitor alone.
  const isForAll =
    status === 200 && !said.has('set-cookie') && !/private|no-store|no-cache/i.test(said.get('cache-control') ?? '');
  return { ...found, until: isForAll ? performance.now() + 5_000 : 0 };
}

/** Asks, or waits for the answer to who asked before; when it is full, the oldest entry goes. */
async function askOnce(exchange: Exchange): Promise<List> {
  const { target } = exchange;
  const others = await asked.get(target);
  if (others !== undefined && others.until > 0) return others;
  const mine = ask(exchange);
  asked.set(target, mine);
  const found = await mine.finally(() => asked.delete(target));
  kept.delete(target);
  if (found.until > 0) kept.set(target, found);
  if (kept.size > 1_000) kept.delete(kept.keys().next().value!);
  return found;
}

async function list(exchange: Exchange): Promise<void> {
  const before = kept.get(exchange.target);
  const isGood = before !== undefined && performance.now() < before.until;
  let [found, said] = [before, 'HIT'];
  if (!isGood) {
    found = await askOnce(exchange).catch(() => before);
    // The instances are down: an old list is better than none.
    said = found === undefined || found !== before ? (before === undefined ? 'MISS' : 'EXPIRED') : 'STALE';
  }
  if (exchange.finished) return;
  if (found === undefined) return exchange.fail(502);
  if (!isGood) exchange.variables.set('instance', found.instance);
  exchange.setResponseHeader('X-Cache-Status', said);
  for (const [name, value] of found.headers)
    if (/^(set-cookie|cache-control|x-)/.test(name)) exchange.responseHeaders.push(name, value);
  respond(exchange, found.status, found.body, found.headers.get('content-type') ?? 'application/json');
}

/** Lab 9: what the list says of each user, `NAME:{SHA}` and the SHA-1 of the password. */
const users = new Map(
  [...readFileSync(HTPASSWD, 'utf8').matchAll(/^([^:#\n]+):\{SHA\}(.+)$/gm)].map(
    ([, name, digest]) => [name!, Buffer.from(digest!, 'base64')] as const,
  ),
);

function isKnown(header = ''): boolean {
  const text = Buffer.from(/^Basic +(\S+)$/i.exec(header)?.[1] ?? '', 'base64').toString();
  const [, name = '', password = ''] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  const digest = createHash('sha1').update(password).digest();
  const known = users.get(name);
  return known !== undefined && known.length === digest.length && timingSafeEqual(digest, known);
}

function office(exchange: Exchange): void {
  if (!exchange.uri.startsWith('/admin/') || isKnown(exchange.header('authorization'))) {
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
  else if (uri.startsWith('/discover') && !fits(exchange.connection.remoteAddress)) exchange.fail(429);
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
