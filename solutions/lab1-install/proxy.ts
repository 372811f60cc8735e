import { appendFileSync } from 'node:fs';
import { type Exchange, sendFile, serve } from '../../proxy/index.ts';

const { PORT = '8000', HTML_DIR = '/usr/share/nginx/html', LOG_DIR = '/var/log/nginx' } = process.env;

/** `24/Nov/2026:06:50:00 +0000`, as `$time_local` has it; in UTC. */
function timeLocal(): string {
  const [, day, month, year, time] = new Date().toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

/** One line of the access log in nginx's `main` format. */
function logLine(exchange: Exchange): string {
  const header = (name: string) => exchange.header(name) ?? '-';
  return `${exchange.connection.remoteAddress} - - [${timeLocal()}] "${exchange.requestLine}" ${exchange.status} ${exchange.bodyBytesSent} "${header('referer')}" "${header('user-agent')}" "${header('x-forwarded-for')}"\n`;
}

await serve({
  port: Number(PORT),
  handler(exchange) {
    // A path that ends in a slash means its index.html; what isn't there is a 404.
    sendFile(exchange, HTML_DIR, exchange.uri);
    appendFileSync(`${LOG_DIR}/access.log`, logLine(exchange));
  },
});
