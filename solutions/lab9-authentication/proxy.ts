import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { BlockList } from 'node:net';
import { type Exchange, forward, pool, redirect, sendFile, serve } from '../../proxy/index.ts';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  CATALOG = '127.0.0.1:8080',
  BACK_OFFICE = '127.0.0.1:9090',
  HTPASSWD = '/etc/nginx/htpasswd',
  POSTER_DIR = '/usr/share/nginx/poster',
  TLS_CERT = '/etc/nginx/certs/catalog.test.crt',
  TLS_KEY = '/etc/nginx/certs/catalog.test.key',
} = process.env;

const catalog = pool([CATALOG]);
const backOffice = pool([BACK_OFFICE]);
const setHeaders = { Host: '$host', 'X-Forwarded-For': '$proxy_add_x_forwarded_for', 'X-Forwarded-Proto': '$scheme' };

const house = new BlockList();
house.addSubnet('127.0.1.0', 24);

/** What the list says of each user: `NAME:{SHA}` and the SHA-1 of the password. The password itself is nowhere. */
const users = new Map(
  readFileSync(HTPASSWD, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, name, digest] = /^([^:#]+):\{SHA\}(.+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Buffer.from(digest!, 'base64')] as const];
    }),
);

/** Whether a header `Basic BASE64` names a user with his password (RFC 7617). */
function isKnown(header = ''): boolean {
  const base64 = /^Basic +(\S+)$/i.exec(header)?.[1];
  if (base64 === undefined) return false;
  const text = Buffer.from(base64, 'base64').toString();
  // The name ends at the first colon; a password may have some.
  const colon = text.indexOf(':');
  const known = users.get(text.slice(0, colon));
  if (colon < 0 || known === undefined) return false;
  const digest = createHash('sha1')
    .update(text.slice(colon + 1))
    .digest();
  // Takes the same time wherever they differ, so that nobody learns how near a guess was.
  return digest.length === known.length && timingSafeEqual(digest, known);
}

function admin(exchange: Exchange): void {
  const isInside = house.check(exchange.connection.remoteAddress);
  if (isInside || isKnown(exchange.header('authorization'))) {
    forward(exchange, backOffice, { setHeaders });
    return;
  }
  exchange.setResponseHeader('WWW-Authenticate', 'Basic realm="Back office"');
  exchange.fail(401);
}

/** Asks the application about the visitor's cookie, and does what it says. */
function reports(exchange: Exchange): void {
  const question = get(`http://${BACK_OFFICE}/session`, { headers: { cookie: exchange.header('cookie') ?? '' } });
  question.on('response', (answer) => {
    answer.resume();
    const { statusCode = 500 } = answer;
    if (exchange.finished) return;
    if (statusCode < 300) forward(exchange, backOffice, { setHeaders });
    else exchange.fail(statusCode === 401 || statusCode === 403 ? statusCode : 500);
  });
  question.on('error', () => exchange.finished || exchange.fail(500));
}

// `uri` is the path in its plainest form: decoded, without doubled slashes and without dots.
function office(exchange: Exchange): void {
  if (exchange.uri.startsWith('/admin/')) admin(exchange);
  else if (exchange.uri.startsWith('/reports/')) reports(exchange);
  else forward(exchange, backOffice, { setHeaders });
}

function films(exchange: Exchange): void {
  if (exchange.uri.startsWith('/poster/')) sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
  else forward(exchange, catalog, { setHeaders });
}

const sites = new Map<string, (exchange: Exchange) => void>([
  ['backoffice.test', office],
  ['catalog.test', films],
  ['www.catalog.test', films],
  ['posters.test', (exchange) => sendFile(exchange, POSTER_DIR, exchange.uri)],
]);

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    const site = sites.get(exchange.host);
    if (site === undefined) exchange.fail(404);
    else site(exchange);
  },
});
