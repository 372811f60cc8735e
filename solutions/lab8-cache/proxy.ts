import { type Exchange, forward, pool, redirect, respond, sendFile, serve } from '../../proxy/index.ts';

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

/** How long an answer is good (ms), and how many are kept. */
const lifetime = 5_000;
const most = 1_000;

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly cookies: readonly string[];
  readonly control: string | null;
  readonly body: string;
  /** performance.now() until which it is good. */
  readonly until: number;
}

/** What is kept, by path and query as they were sent. */
const kept = new Map<string, Answer>();
/** What is being asked for at this moment: whoever comes later waits for the same answer. */
const asked = new Map<string, Promise<Answer>>();

/** Asks the application for the whole of an answer: only what is complete can be kept. */
async function ask(exchange: Exchange): Promise<Answer> {
  const { remoteAddress } = exchange.connection;
  const answer = await fetch(`http://${CATALOG}${exchange.target}`, {
    headers: { 'X-Forwarded-Host': exchange.host, 'X-Forwarded-For': remoteAddress, 'X-Forwarded-Proto': 'https' },
    redirect: 'manual',
  });
  return {
    status: answer.status,
    type: answer.headers.get('content-type') ?? 'application/octet-stream',
    cookies: answer.headers.getSetCookie(),
    control: answer.headers.get('cache-control'),
    body: await answer.text(),
    until: performance.now() + lifetime,
  };
}

/** Whether others may have it: a good answer, and none that the application means for one visitor alone. */
function isForAll({ status, cookies, control }: Answer): boolean {
  return status === 200 && cookies.length === 0 && !/private|no-store|no-cache/i.test(control ?? '');
}

/** Asks, and keeps the answer if it may; when it is full, the oldest entry goes. */
async function fetchAndKeep(exchange: Exchange): Promise<Answer> {
  const answer = await ask(exchange);
  if (!isForAll(answer)) return answer;
  kept.delete(exchange.target);
  kept.set(exchange.target, answer);
  if (kept.size > most) kept.delete(kept.keys().next().value!);
  return answer;
}

function send(exchange: Exchange, { status, type, cookies, control, body }: Answer, said: string): void {
  if (exchange.finished) return;
  for (const cookie of cookies) exchange.responseHeaders.push('Set-Cookie', cookie);
  if (control !== null) exchange.setResponseHeader('Cache-Control', control);
  exchange.setResponseHeader('X-Cache-Status', said);
  respond(exchange, status, body, type);
}

async function list(exchange: Exchange): Promise<void> {
  const key = exchange.target;
  const entry = kept.get(key);
  if (entry !== undefined && performance.now() < entry.until) return send(exchange, entry, 'HIT');
  try {
    const before = asked.get(key);
    if (before !== undefined) {
      const answer = await before;
      if (isForAll(answer)) return send(exchange, answer, 'HIT');
      return send(exchange, await ask(exchange), 'MISS');
    }
    const mine = fetchAndKeep(exchange);
    asked.set(key, mine);
    mine.finally(() => asked.delete(key)).catch(() => {});
    send(exchange, await mine, entry === undefined ? 'MISS' : 'EXPIRED');
  } catch {
    // The application is down: an old list is better than none.
    if (entry !== undefined) send(exchange, entry, 'STALE');
    else if (!exchange.finished) exchange.fail(502);
  }
}

await serve({
  port: Number(PORT),
  handler: (exchange) => redirect(exchange, 301, `https://${exchange.host}${exchange.target}`),
});

await serve({
  port: Number(HTTPS_PORT),
  tls: { cert: TLS_CERT, key: TLS_KEY },
  handler(exchange) {
    const mayBeKept = exchange.method === 'GET' && exchange.header('authorization') === undefined;
    if (exchange.uri.startsWith('/poster/')) sendFile(exchange, POSTER_DIR, exchange.uri.slice('/poster'.length));
    else if (exchange.uri === '/discover' && mayBeKept) void list(exchange);
    else forward(exchange, catalog, { setHeaders });
  },
});
