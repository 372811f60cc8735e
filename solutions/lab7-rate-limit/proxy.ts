import { type Exchange, forward, pool, redirect, sendFile, serve } from '../../proxy/index.ts';

const {
  PORT = '8000',
  HTTPS_PORT = '8443',
  CATALOG = '127.0.0.1:8080',
  POSTER_DIR = '/usr/share/nginx/poster',
  TLS_CERT = '/etc/nginx/certs/catalog.test.crt',
  TLS_KEY = '/etc/nginx/certs/catalog.test.key',
} = process.env;

const catalog = pool([CATALOG]);
const setHeaders = { Host: '$host', 'X-Forwarded-For': '$proxy_add_x_forwarded_for', 'X-Forwarded-Proto': '$scheme' };

/** Requests a second that leak out of a bucket, and how many it holds. */
const rate = 5;
const burst = 10;

/** One bucket for each client address: how full it is, and when that was true (ms). */
const buckets = new Map<string, { level: number; at: number }>();

/**
 * Pours one request into the client's bucket; says whether it fits. Nothing runs in the background: how much has leaked
 * out since the last request is worked out when the next one comes. What doesn't fit is not counted.
 */
function fits(address: string): boolean {
  const now = performance.now();
  const bucket = buckets.get(address);
  if (bucket === undefined) {
    // The first request passes through an empty bucket and leaves nothing in it.
    if (buckets.size >= 80_000) forgetEmptyOnes(now);
    buckets.set(address, { level: 0, at: now });
    return true;
  }
  const leaked = (rate * (now - bucket.at)) / 1_000;
  const level = Math.max(0, bucket.level - leaked + 1);
  if (level > burst) return false;
  bucket.level = level;
  bucket.at = now;
  return true;
}

/** A bucket that has run dry says no more than none at all. */
function forgetEmptyOnes(now: number): void {
  for (const [address, { level, at }] of buckets) if (level < (rate * (now - at)) / 1_000) buckets.delete(address);
}

/** Downloads that each client has at this moment. */
const downloads = new Map<string, number>();

function download(exchange: Exchange, address: string): void {
  const running = downloads.get(address) ?? 0;
  if (running >= 2) {
    exchange.fail(429);
    return;
  }
  downloads.set(address, running + 1);
  // However it ends, complete or not.
  exchange.atEnd(() => {
    const left = downloads.get(address)! - 1;
    if (left > 0) downloads.set(address, left);
    else downloads.delete(address);
  });
  exchange.limitRate = 200 * 1024;
  sendFile(exchange, POSTER_DIR, exchange.uri.slice('/download'.length));
}

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    // The address that the connection comes from. What headers say about it is the client's own word.
    const address = exchange.connection.remoteAddress;
    if (exchange.uri.startsWith('/poster/')) sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
    else if (exchange.uri.startsWith('/download/')) download(exchange, address);
    else if (exchange.uri.startsWith('/discover') && !fits(address)) exchange.fail(429);
    else forward(exchange, catalog, { setHeaders });
  },
});
