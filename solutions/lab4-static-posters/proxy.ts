import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Exchange, forward, pool, sendFile, serve } from '../../proxy/index.ts';

const { PORT = '8000', CATALOG = '127.0.0.1:8080', POSTER_DIR = '/usr/share/nginx/poster' } = process.env;

const catalog = pool([CATALOG]);
/** 30 days, in seconds. */
const month = 30 * 24 * 60 * 60;

/** The picture that says "no poster", with the status that says so too. */
function noPoster(exchange: Exchange): void {
  exchange.status = 404;
  exchange.contentType = 'image/jpeg';
  exchange.respond(readFileSync(join(POSTER_DIR, '404.jpg')));
}

await serve({
  port: Number(PORT),
  handler(exchange) {
    // `uri` is the decoded and tidied path: no `..` is left in it, however it was written.
    if (!exchange.uri.startsWith('/poster/')) return forward(exchange, catalog, { setHeaders: { Host: '$host' } });
    const name = exchange.uri.slice('/poster/'.length);
    // One name, no folders, and nothing but pictures.
    if (!/^[^/]+\.jpg$/.test(name) || !existsSync(join(POSTER_DIR, name))) return noPoster(exchange);
    exchange.setResponseHeader('Cache-Control', `max-age=${month}`);
    sendFile(exchange, POSTER_DIR, `/${name}`);
  },
});
