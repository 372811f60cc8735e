import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Application as Core, createBackOffice, createCatalog } from '../../labs/catalog-app/index.ts';
import type { Application, ApplicationName, Random } from '../lab.ts';
import { joinHeaders, type Translation } from '../probe/index.ts';
import type { Seen } from '../seen.ts';
import { freePort } from './ports.ts';

/** Where each application listens on the student's machine. */
export const applicationPorts: Readonly<Record<ApplicationName, number>> = {
  catalog: 8080,
  'catalog-1': 8081,
  'catalog-2': 8082,
  'back-office': 9090,
};

/** A body is kept up to this many bytes; what comes after is read and dropped. */
const keptBody = 8 * 1024 * 1024;

/** An application of the grader's own: the real catalog, and a record of all that arrives. */
export interface RunningApplication extends Application {
  readonly port: number;
  /** How addresses in what arrived are put into the student's words. */
  translation: Translation | undefined;
}

type Canned = NonNullable<Parameters<Application['answer']>[1]>;

/** Starts one application on a free port of 127.0.0.1. */
export async function startApplication(name: ApplicationName, random: Random): Promise<RunningApplication> {
  const token = `run-${random.word(12)}`;
  const core: Core =
    name === 'back-office' ? createBackOffice({ name }) : createCatalog({ name, seed: random.integer(2 ** 31) });
  const sockets = new Set<Socket>();
  const canned = new Map<string, Canned>();
  let seen: Seen[] = [];
  let connections = 0;
  let fault: { readonly how: 'die' | 'hang'; readonly path: string | undefined } | undefined;
  let server: Server | undefined;
  const numbers = new WeakMap<Socket, number>();

  const respond = (request: IncomingMessage, response: ServerResponse, body: Buffer) => {
    const target = request.url ?? '';
    const path = target.split('?')[0]!;
    if (fault !== undefined && (fault.path === undefined || fault.path === path)) {
      if (fault.how === 'die') request.socket.destroy();
      return;
    }
    const prepared = canned.get(target) ?? canned.get(path);
    if (prepared !== undefined) {
      send(response, prepared.status, { ...prepared.headers, 'X-Run': token }, Buffer.from(prepared.body ?? ''));
      return;
    }
    const answer = core.handle({
      method: request.method ?? '',
      target,
      headers: request.rawHeaders,
      body,
      remoteAddress: request.socket.remoteAddress ?? '',
    });
    const withToken = path === '/' ? Buffer.concat([answer.body, Buffer.from(`\n${token}\n`)]) : answer.body;
    send(response, answer.status, { ...answer.headers, 'X-Run': token }, withToken);
  };

  const receive = (request: IncomingMessage, response: ServerResponse) => {
    const pieces: Buffer[] = [];
    let size = 0;
    request.on('data', (piece: Buffer) => {
      if (size < keptBody) pieces.push(piece);
      size += piece.length;
    });
    request.on('error', () => {});
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const rawHeaders =
        application.translation === undefined
          ? request.rawHeaders
          : translate(request.rawHeaders, application.translation);
      seen.push({
        application: name,
        method: request.method ?? '',
        target: request.url ?? '',
        headers: joinHeaders(rawHeaders),
        rawHeaders,
        body,
        connection: numbers.get(request.socket) ?? 0,
        remoteAddress: request.socket.remoteAddress ?? '',
      });
      respond(request, response, body);
    });
  };

  const listen = (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const next = createServer(
        { requireHostHeader: false, maxHeaderSize: 64 * 1024, keepAliveTimeout: 75_000 },
        receive,
      );
      next.on('connection', (socket) => {
        numbers.set(socket, ++connections);
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
      next.once('error', reject);
      next.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(next));
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
    clear() {
      seen = [];
    },
    async stop() {
      const old = server;
      server = undefined;
      if (old === undefined) return;
      const closed = new Promise<void>((resolve) => old.close(() => resolve()));
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
    async start() {
      server ??= await listen(port);
    },
    misbehave(how, path) {
      fault = how === undefined ? undefined : { how, path };
    },
    answer(path, answer) {
      if (answer === undefined) canned.delete(path);
      else canned.set(path, answer);
    },
  };
  return application;
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

function send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>, body: Buffer): void {
  response.writeHead(status, { ...headers, 'Content-Length': String(body.length) });
  response.end(body);
}

function translate(rawHeaders: readonly string[], translation: Translation): string[] {
  return rawHeaders.map((word, i) => (i % 2 === 1 ? translation.header(word) : word));
}
