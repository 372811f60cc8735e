import { createServer, type Server, type Socket } from 'node:net';
import { type Application as Core, createBackOffice, createCatalog } from '../../labs/catalog-app/index.ts';
import type { Application, ApplicationName, Random } from '../lab.ts';
import { exchange, joinHeaders, openConnection, type Translation } from '../probe/index.ts';
import type { Seen } from '../seen.ts';
import { freePort } from './ports.ts';
import { headerOf, type ReadRequest, RequestReader } from './request-reader.ts';

/** Where each application listens on the student's machine. */
export const applicationPorts: Readonly<Record<ApplicationName, number>> = {
  catalog: 8080,
  'catalog-1': 8081,
  'catalog-2': 8082,
  'back-office': 9090,
};

/** An application of the grader's own: the real catalog, and a record of all that arrives. */
export interface RunningApplication extends Application {
  readonly port: number;
  /** How addresses in what arrived are put into the student's words. */
  translation: Translation | undefined;
}

/** Requests, and bytes of their bodies, that are recorded; a server in a circle would send them without end. */
const mostSeen = 50_000;
const mostSeenBytes = 256 * 1024 * 1024;

/** ms that one of our own applications may take to answer. */
const askLimit = 5_000;

type Canned = NonNullable<Parameters<Application['answer']>[1]>;

/** Starts one application on a free port of 127.0.0.1. */
export async function startApplication(name: ApplicationName, random: Random): Promise<RunningApplication> {
  const token = `run-${random.word(12)}`;
  const core: Core =
    name === 'back-office' ? createBackOffice({ name }) : createCatalog({ name, seed: random.integer(2 ** 31) });
  const sockets = new Set<Socket>();
  const canned = new Map<string, Canned>();
  const held = new Map<string, (() => void)[]>();
  let seen: Seen[] = [];
  let seenBytes = 0;
  let connections = 0;
  let requests = 0;
  let fault: { readonly how: 'die' | 'hang'; readonly path: string | undefined } | undefined;
  let server: Server | undefined;

  const record = (request: ReadRequest, socket: Socket, connection: number) => {
    seenBytes += request.body.length;
    if (seen.length >= mostSeen || seenBytes > mostSeenBytes) throw new Error('more than any check asks for');
    const { translation } = application;
    requests++;
    const rawHeaders = request.rawHeaders.map((word, i) => (i % 2 === 1 ? (translation?.header(word) ?? word) : word));
    seen.push({
      application: name,
      method: request.method,
      target: request.target,
      headers: joinHeaders(rawHeaders),
      rawHeaders,
      body: request.body,
      connection,
      remoteAddress: socket.remoteAddress ?? '',
      receivedAt: performance.now(),
    });
  };

  const respond = (request: ReadRequest, socket: Socket) => {
    const { target } = request;
    const path = target.split('?')[0]!;
    const waiting = held.get(target) ?? held.get(path);
    if (waiting !== undefined) return void waiting.push(() => answerTo(request, socket, path));
    answerTo(request, socket, path);
  };

  const answerTo = (request: ReadRequest, socket: Socket, path: string) => {
    const { method, target } = request;
    if (fault !== undefined && (fault.path === undefined || fault.path === path)) {
      if (fault.how === 'die') socket.destroy();
      return;
    }
    const prepared = canned.get(target) ?? canned.get(path);
    if (prepared !== undefined) {
      send(request, socket, prepared.status, { ...prepared.headers, 'X-Run': token }, Buffer.from(prepared.body ?? ''));
      return;
    }
    const remoteAddress = socket.remoteAddress ?? '';
    const answer = core.handle({ method, target, headers: request.rawHeaders, body: request.body, remoteAddress });
    const body = path === '/' ? Buffer.concat([answer.body, Buffer.from(`\n${token}\n`)]) : answer.body;
    send(request, socket, answer.status, { ...answer.headers, 'X-Run': token }, body);
  };

  const serve = (socket: Socket) => {
    const connection = ++connections;
    const reader = new RequestReader();
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      try {
        reader.push(bytes);
        for (;;) {
          const request = reader.next(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'));
          if (request === undefined) return;
          record(request, socket, connection);
          respond(request, socket);
        }
      } catch {
        socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      }
    });
  };

  const listen = (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const next = createServer(serve);
      next.once('error', reject);
      next.listen({ port, host: '127.0.0.1', exclusive: true, backlog: 4096 }, () => resolve(next));
    });

  const port = await bindAnywhere(async (candidate) => {
    server = await listen(candidate);
  });

  const application: RunningApplication = {
    name,
    token,
    port,
    translation: undefined,
    address: `127.0.0.1:${applicationPorts[name]}`,
    get seen() {
      return seen;
    },
    get connections() {
      return connections;
    },
    get requests() {
      return requests;
    },
    clear() {
      seen = [];
      seenBytes = 0;
    },
    async ask(path) {
      const socket = await openConnection({ host: '127.0.0.1', port }, undefined, askLimit);
      const head = `GET ${path} HTTP/1.1\r\nHost: catalog.test\r\nConnection: close\r\n\r\n`;
      try {
        const { status, body } = await exchange(socket, 'GET', Buffer.from(head), askLimit, performance.now());
        return { status, text: Buffer.from(body).toString() };
      } finally {
        socket.destroy();
      }
    },
    async stop() {
      const old = server;
      server = undefined;
      if (old === undefined) return;
      const closed = new Promise<void>((resolve) => old.close(() => resolve()));
      for (const socket of sockets) {
        // A connection that is being ended can't be reset any more; to try keeps its handle for ever (Node 26).
        if (socket.writableEnded) socket.destroy();
        else socket.resetAndDestroy();
      }
      await closed;
    },
    async start() {
      server ??= await patiently(() => listen(port));
    },
    misbehave(how, path) {
      fault = how === undefined ? undefined : { how, path };
    },
    hold(path) {
      held.set(path, []);
      return () => {
        const waiting = held.get(path) ?? [];
        held.delete(path);
        for (const go of waiting) go();
      };
    },
    answer(path, answer) {
      if (answer === undefined) canned.delete(path);
      else canned.set(path, answer);
    },
  };
  return application;
}

/** Binds a port that was ours until now; a check beside this one that tries whether it is free holds it for a moment. */
async function patiently(bind: () => Promise<Server>): Promise<Server> {
  const end = performance.now() + 3_000;
  for (;;) {
    try {
      return await bind();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function bindAnywhere(bind: (port: number) => Promise<void>): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const port = await freePort();
    try {
      await bind(port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === 20) throw error;
    }
  }
}

/** Writes one answer, and closes the connection when the request asked for it (RFC 9112, section 9.3). */
function send(
  request: ReadRequest,
  socket: Socket,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
): void {
  const wish = headerOf(request.rawHeaders, 'connection')?.toLowerCase() ?? '';
  const keep = request.version === 'HTTP/1.1' ? !wish.includes('close') : wish.includes('keep-alive');
  const bodiless = status === 204 || status === 304;
  const lines = [`HTTP/1.1 ${status} ${reasons[status] ?? 'Answer'}`, `Date: ${new Date().toUTCString()}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  if (!bodiless) lines.push(`Content-Length: ${body.length}`);
  lines.push(`Connection: ${keep ? 'keep-alive' : 'close'}`, '', '');
  const head = Buffer.from(lines.join('\r\n'));
  const bytes = bodiless || request.method === 'HEAD' ? head : Buffer.concat([head, body]);
  if (keep) socket.write(bytes);
  else socket.end(bytes);
}

/** Reason phrases; `node:http` has them all, and takes 28 ms to load. */
const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  418: "I'm a teapot",
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
