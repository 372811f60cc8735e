import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import {
  type ApplicationAnswer,
  type Application as Core,
  createBackOffice,
  createCatalog,
  type Protocol,
} from '../../labs/catalog-app/index.ts';
import type { Application, ApplicationName, Random } from '../lab.ts';
import { exchange, joinHeaders, openConnection, type Translation } from '../probe/index.ts';
import type { Seen } from '../seen.ts';
import { gatewayWire } from './gateway-wire.ts';
import { httpWire } from './http-wire.ts';
import { freePort } from './ports.ts';
import { type Arrived, forApplication, type Wire, type WireRequest } from './wire.ts';

/** Where each application listens on the student's machine. */
export const applicationPorts: Readonly<Record<ApplicationName, number>> = {
  catalog: 8080,
  'catalog-1': 8081,
  'catalog-2': 8082,
  'back-office': 9090,
  'catalog-uwsgi': 3031,
  'catalog-fastcgi': 9000,
};

/** What is spoken by those that don't speak HTTP. */
const protocols: Readonly<Partial<Record<ApplicationName, Protocol>>> = {
  'catalog-uwsgi': 'uwsgi',
  'catalog-fastcgi': 'fastcgi',
};

/** Where one of them listens beside its port, on the student's machine. */
export const applicationSockets: Readonly<Partial<Record<ApplicationName, string>>> = {
  'catalog-uwsgi': '/run/catalog.sock',
};

/** An application of the grader's own: the real catalog, and a record of all that arrives. */
export interface RunningApplication extends Application {
  readonly port: number;
  /** What is spoken there. */
  readonly scheme: 'http' | Protocol;
  /** How addresses in what arrived are put into the student's words. */
  translation: Translation | undefined;
}

/** Requests, and bytes of their bodies, that are recorded; a server in a circle would send them without end. */
const mostSeen = 50_000;
const mostSeenBytes = 256 * 1024 * 1024;

/** ms that one of our own applications may take to answer. */
const askLimit = 5_000;

type Canned = NonNullable<Parameters<Application['answer']>[1]>;

/**
 * Starts one application on a free port of 127.0.0.1, and on the Unix socket at `place` where it is to have one. `run` is
 * what all of its instances say.
 */
export async function startApplication(
  name: ApplicationName,
  random: Random,
  run: string,
  place?: string,
): Promise<RunningApplication> {
  const protocol = protocols[name];
  const token = `${run}-${random.word(12)}`;
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
  let servers: readonly Server[] = [];

  const record = (request: WireRequest, connection: number, socketName: string | undefined) => {
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
      remoteAddress: request.remoteAddress,
      receivedAt: performance.now(),
      ...(request.parameters !== undefined && { parameters: Object.fromEntries(request.parameters) }),
      ...(socketName !== undefined && { unixSocket: socketName }),
    });
  };

  const respond = (arrived: Arrived, socket: Socket) => {
    const { request } = arrived;
    const { target } = request;
    const path = target.split('?')[0]!;
    const waiting = held.get(target) ?? held.get(path);
    const answer = () => {
      if (fault === undefined || (fault.path !== undefined && fault.path !== path)) answerTo(arrived, path);
      else if (fault.how === 'die') socket.destroy();
    };
    if (waiting === undefined) answer();
    else waiting.push(answer);
  };

  const answerTo = ({ request, answer, converse }: Arrived, path: string) => {
    if (converse === undefined || path !== core.live?.path) answer(answerOf(request));
    else converse({ 'X-Run': token }, core.live.say);
  };

  /** What is said to a request: what was prepared for its target or path, or what the application has to say. */
  const answerOf = (request: WireRequest): ApplicationAnswer => {
    const path = request.target.split('?')[0]!;
    const prepared = canned.get(request.target) ?? canned.get(path);
    if (prepared !== undefined) {
      const { status, headers, body = '' } = prepared;
      return { status, headers: { ...headers, 'X-Run': token }, body: Buffer.from(body) };
    }
    const answer = core.handle(forApplication(request));
    const body = path === '/' ? Buffer.concat([answer.body, Buffer.from(`\n${token}\n`)]) : answer.body;
    return { ...answer, headers: { ...answer.headers, 'X-Run': token }, body };
  };

  const serve = (socket: Socket, socketName?: string) => {
    const connection = ++connections;
    const wire: Wire = protocol === undefined ? httpWire(socket) : gatewayWire(protocol, socket);
    sockets.add(socket);
    if (socketName === undefined) socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.on('data', (bytes: Buffer) => {
      try {
        wire.push(bytes);
        for (;;) {
          const next = wire.next();
          if (next === undefined) return;
          record(next.request, connection, socketName);
          respond(next, socket);
        }
      } catch {
        wire.refuse();
      }
    });
  };

  const listen = (port: number): Promise<Server> =>
    listening(createServer(serve), { port, host: '127.0.0.1', exclusive: true, backlog: 4096 });

  const listenAtPlace = async (): Promise<readonly Server[]> => {
    if (place === undefined) return [];
    const socketName = applicationSockets[name];
    return [
      await listening(
        createServer((socket) => serve(socket, socketName)),
        { path: place, backlog: 4096 },
      ),
    ];
  };

  const port = await bindAnywhere(async (candidate) => {
    servers = [await listen(candidate)];
  });
  servers = [...servers, ...(await listenAtPlace())];

  const application: RunningApplication = {
    name,
    run,
    token,
    port,
    scheme: protocol ?? 'http',
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
      if (protocol !== undefined) {
        const { status, body } = answerOf({
          method: 'GET',
          target: path,
          rawHeaders: [],
          body: noBody,
          remoteAddress: '',
        });
        return { status, text: body.toString() };
      }
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
      const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      servers = [];
      for (const socket of sockets) {
        // A connection that is being ended can't be reset any more; to try keeps its handle for ever (Node 26).
        if (socket.writableEnded) socket.destroy();
        else socket.resetAndDestroy();
      }
      await Promise.all(closed);
    },
    async start() {
      if (servers.length > 0) return;
      servers = [await patiently(() => listen(port)), ...(await listenAtPlace())];
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

const noBody = Buffer.alloc(0);

function listening(server: Server, options: ListenOptions): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => resolve(server));
  });
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
