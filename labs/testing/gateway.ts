import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { basename, extname, join, normalize } from 'node:path';

/** A request, read whole. */
export interface Asked {
  readonly method: string;
  readonly target: string;
  readonly host: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly secure: boolean;
  readonly socket: Socket;
}

/** An answer; `raw` goes out as it is, and the connection is closed. */
export interface Answer {
  readonly status: number;
  readonly rawHeaders?: readonly string[];
  readonly body?: Buffer | string;
  readonly raw?: Buffer | string;
  /** Why there is none from the application: nobody took the request, or somebody did and didn't answer. */
  readonly failure?: 'refused' | 'no answer';
}

type Handle = (asked: Asked) => Answer | Promise<Answer>;

const { PORT, HTTPS_PORT, TLS_CERT = '', TLS_KEY = '', HTML_DIR = '', POSTER_DIR = '' } = process.env;

/** Listens where the lab wants it. A web server in the small, right but for what `handle` does. */
export function serve(handle: Handle): void {
  createServer((incoming, outgoing) => void answerTo(incoming, outgoing, false, handle)).listen(
    Number(PORT),
    '127.0.0.1',
  );
}

/** The same on port 443, with the lab's certificate unless there is another one. */
export async function serveSecurely(handle: Handle, certificate = TLS_CERT, key = TLS_KEY): Promise<void> {
  const { createSecureServer } = await import('node:http2');
  const [cert, privateKey] = await Promise.all([readFile(certificate), readFile(key)]);
  const server = createSecureServer({ cert, key: privateKey, allowHTTP1: true }, (incoming, outgoing) => {
    void answerTo(incoming as unknown as IncomingMessage, outgoing as unknown as ServerResponse, true, handle);
  });
  server.listen(Number(HTTPS_PORT), '127.0.0.1');
}

async function answerTo(incoming: IncomingMessage, outgoing: ServerResponse, secure: boolean, handle: Handle) {
  const pieces: Buffer[] = [];
  incoming.on('error', () => {});
  outgoing.on('error', () => {});
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const { method = 'GET', url: target = '/', socket } = incoming;
  const host = incoming.headers.host ?? (incoming.headers[':authority'] as string | undefined);
  const rawHeaders = incoming.rawHeaders.filter((_, i) => !incoming.rawHeaders[i - (i % 2)]!.startsWith(':'));
  const asked: Asked = { method, target, host, rawHeaders, body: Buffer.concat(pieces), secure, socket };
  const { status, rawHeaders: headers = [], body = '', raw } = await handle(asked);
  if (raw !== undefined) {
    socket.end(raw);
    return;
  }
  const bytes = Buffer.from(body as string);
  const hop = /^(connection|keep-alive|transfer-encoding|content-length)$/i;
  for (let i = 0; i < headers.length; i += 2) {
    if (!hop.test(headers[i]!)) outgoing.setHeader(headers[i]!, headers[i + 1]!);
  }
  if (method !== 'HEAD') outgoing.setHeader('Content-Length', bytes.length);
  outgoing.writeHead(status);
  outgoing.end(bytes);
}

const once = new Agent({ keepAlive: false });

/** Asks an application as a good proxy does, over a connection of `agent`'s; the status is 502 when it can't be reached. */
export function pass(
  address: string | undefined,
  asked: Asked,
  changes: Partial<Asked> = {},
  agent = once,
): Promise<Answer> {
  const { method, target, host, rawHeaders, body, secure, socket } = { ...asked, ...changes };
  const [hostname, port] = address!.split(':');
  const headers: string[] = ['Host', host ?? 'catalog.test'];
  const forwarded: string[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i]!, rawHeaders[i + 1]!];
    if (/^x-forwarded-for$/i.test(name)) forwarded.push(value);
    else if (!/^(host|connection|content-length|transfer-encoding|x-real-ip|x-forwarded-proto)$/i.test(name))
      headers.push(name, value);
  }
  const client = socket.remoteAddress ?? '';
  headers.push('X-Real-IP', client, 'X-Forwarded-For', [...forwarded, client].join(', '));
  headers.push('X-Forwarded-Proto', secure ? 'https' : 'http', 'Content-Length', String(body.length));
  return new Promise((resolve) => {
    const outgoing = request({ hostname, port, method, path: target, headers, agent }, async (incoming) => {
      const pieces: Buffer[] = [];
      try {
        for await (const piece of incoming) pieces.push(piece as Buffer);
      } catch {
        return resolve({ status: 502, failure: 'no answer' });
      }
      resolve({ status: incoming.statusCode!, rawHeaders: incoming.rawHeaders, body: Buffer.concat(pieces) });
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ status: 502, failure: error.code === 'ECONNREFUSED' ? 'refused' : 'no answer' });
    });
    outgoing.end(body);
  });
}

/** Asks the first application, and the second when the first took nothing. */
export async function passToEither(first: string, second: string, asked: Asked): Promise<Answer> {
  const answer = await pass(first, asked);
  return answer.failure === 'refused' ? pass(second, asked) : answer;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.jpg': 'image/jpeg',
};

/** A file of a folder, by its name alone, so that nothing else can be reached. */
export async function file(folder: 'html' | 'poster', name: string): Promise<Answer> {
  try {
    const body = await readFile(join(folder === 'html' ? HTML_DIR : POSTER_DIR, basename(name)));
    return { status: 200, rawHeaders: ['Content-Type', types[extname(name)] ?? 'application/octet-stream'], body };
  } catch {
    return { status: 404, rawHeaders: ['Content-Type', 'text/html'], body: '<title>404</title>' };
  }
}

/** The path of a request, without its query. */
export function pathOf({ target }: Asked): string {
  return target.split('?')[0]!;
}

/** The pages of lab 1. */
export function page(asked: Asked): Promise<Answer> {
  const name = pathOf(asked).slice(1) || 'index.html';
  return file('html', name.includes('/') ? 'no-such-file' : name);
}

/** Lab 4, but for what is passed in. */
export function site(asked: Asked, poster: (name: string) => Answer | Promise<Answer>): Answer | Promise<Answer> {
  const path = pathOf(asked);
  return path.startsWith('/poster/') ? poster(path.slice('/poster/'.length)) : pass(process.env.CATALOG, asked);
}

/** Lab 5 on port 80. */
export function moved({ host, target }: Asked): Answer {
  return { status: 301, rawHeaders: ['Location', `https://${host ?? 'catalog.test'}${target}`] };
}

/** Lab 5 on port 443. */
export async function secureSite(asked: Asked): Promise<Answer> {
  const answer = await site(asked, (name) => file('poster', name));
  return { ...answer, rawHeaders: [...(answer.rawHeaders ?? []), 'Strict-Transport-Security', 'max-age=31536000'] };
}

/** Lab 6: the site of a name; undefined for names that nobody has. */
export function siteOf(name: string, asked: Asked): Answer | Promise<Answer> | undefined {
  if (name === 'catalog.test' || name === 'www.catalog.test') return site(asked, (poster) => file('poster', poster));
  if (name === 'backoffice.test') return pass(process.env.BACK_OFFICE, asked);
  if (name === 'posters.test') return file('poster', pathOf(asked).slice(1));
  return undefined;
}

/** The name of a Host header, without case and port; empty when there is none. */
export function nameOf({ host = '' }: Asked): string {
  return host.toLowerCase().replace(/:\d+$/, '');
}

/** Lab 9, with basic credentials judged by `isKnown`; `guards` says whether a target needs them. */
export function guarded(
  asked: Asked,
  isKnown: (name: string, password: string) => boolean,
  guards: (target: string) => boolean = (target) => plainPath(target).startsWith('/admin/'),
): Answer | Promise<Answer> {
  if (nameOf(asked).replace(/\.$/, '') !== 'backoffice.test') return site(asked, (name) => file('poster', name));
  if (!guards(asked.target)) return pass(process.env.BACK_OFFICE, asked);
  const [, base64 = ''] = /^Basic (.+)$/.exec(headerOf(asked, 'authorization')) ?? [];
  const [, name, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(base64, 'base64').toString()) ?? [];
  if (name !== undefined && isKnown(name, password!)) return pass(process.env.BACK_OFFICE, asked);
  return { status: 401, rawHeaders: ['WWW-Authenticate', 'Basic realm=staff'] };
}

export function headerOf({ rawHeaders }: Asked, name: string): string {
  const at = rawHeaders.findIndex((word, i) => i % 2 === 0 && word.toLowerCase() === name);
  return at < 0 ? '' : rawHeaders[at + 1]!;
}

/** Decoded, without doubled slashes and dot segments. */
export function plainPath(target: string): string {
  return normalize(decodeURIComponent(target.split('?')[0]!)).replace(/\/+/g, '/');
}

/** Whether the list of users has this name with this password. */
export function isListed(name: string, password: string): boolean {
  const digest = createHash('sha1').update(password).digest('base64');
  return readFileSync(process.env.HTPASSWD!, 'utf8').split('\n').includes(`${name}:{SHA}${digest}`);
}

export const careful = [
  'X-Content-Type-Options',
  'nosniff',
  'X-Frame-Options',
  'DENY',
  'Referrer-Policy',
  'no-referrer',
];

/** Lab 10: what is refused, and the headers; undefined for what may go on. */
export function refusal({ method, target, body }: Asked): Answer | undefined {
  if (!['GET', 'HEAD', 'POST'].includes(method)) return { status: 405, rawHeaders: careful };
  if (plainPath(target).includes('/.')) return { status: 404, rawHeaders: careful };
  if (body.length > 1024 * 1024) return { status: 413, rawHeaders: careful };
  return undefined;
}

/** Lab 10, without TLS and with its page about itself; it listens nowhere yet. `change` is what is wrong with its answers. */
export function hardened(
  change: (answer: Answer, asked: Asked) => Answer | Promise<Answer> = (answer) => answer,
): Server {
  let requests = 0;
  const handle = async (asked: Asked): Promise<Answer> => {
    requests++;
    const answer = refusal(asked) ?? (await site(asked, (name) => file('poster', name)));
    const { rawHeaders = [] } = answer;
    return change({ ...answer, rawHeaders: rawHeaders === careful ? careful : [...rawHeaders, ...careful] }, asked);
  };
  createServer((_, response) => response.end(`Requests: ${requests}\n`)).listen(
    Number(process.env.STATUS_PORT),
    '127.0.0.1',
  );
  return createServer(
    { maxHeaderSize: 5_000, headersTimeout: 3_000, requestTimeout: 3_000, connectionsCheckingInterval: 200 },
    // Whoever was cut off needs no answer.
    (incoming, outgoing) => void answerTo(incoming, outgoing, false, handle).catch(() => {}),
  );
}
