import { isIPv6, type Socket } from 'node:net';
import type { Client, Held, RequestOptions, Response } from '../lab.ts';
import { collect, exchange, openConnection, type Place, type SecureContexts, type TlsOptions } from './connection.ts';
import { converse, upgradeHeaders } from './conversation.ts';
import { type CurlDoor, curlLine } from './curl.ts';
import { shakeHands } from './handshake.ts';
import { requestOverHttp2 } from './http2.ts';
import { createResponse, type Times } from './response.ts';
import { bodyLimit, type ReadResponse } from './response-reader.ts';
import { noTranslation, type Translation } from './translation.ts';

/** Where and how a target is probed. */
export interface ClientOptions {
  readonly http: Place | undefined;
  readonly https: Place | undefined;
  /** Where another port of the student's machine is, for this machine or for those outside; undefined where nothing listens. */
  readonly portAt?: (port: number, outside: boolean) => Place | undefined;
  /** The `Host` of a request that names none. */
  readonly host: string;
  /** PEM of the lab authority; without one the chain isn't verified unless a request asks for it. */
  readonly authority: string | undefined;
  readonly translation: Translation;
  readonly door: CurlDoor;
  readonly signal: AbortSignal;
}

const defaultTimeLimit = 5000;

/** Largest sum of the bodies of one burst, in bytes; what comes after that isn't kept. */
const burstLimit = 64 * 1024 * 1024;

function tooMuch({ request, durationMs, sentAt, answeredAt }: Response): Response {
  const times = { began: answeredAt - durationMs, sentAt, answeredAt };
  return createResponse(request, 'the answers together are larger than 64 MiB', times, noTranslation);
}

/** Makes a Client whose requests go over the wire byte for byte as given; see docs/decisions/raw-probes.md. */
export function createClient(options: ClientOptions): Client & { close(): void } {
  const open = new Set<Socket>();
  const contexts: SecureContexts = new Map();
  const kept = new Map<string, { socket: Socket | undefined; turn: Promise<unknown> }>();

  const connectTo = async (
    secure: boolean,
    tls: Partial<TlsOptions>,
    host: string,
    timeLimit: number,
    { from, port, outside = false }: Pick<RequestOptions, 'from' | 'port' | 'outside'> = {},
  ): Promise<Socket> => {
    options.signal.throwIfAborted();
    const door = port === undefined ? (secure ? options.https : options.http) : options.portAt?.(port, outside);
    if (door === undefined && port !== undefined) throw new Error('connection refused: nothing listens there');
    const place = door === undefined || from === undefined ? door : { ...door, localAddress: from };
    if (place === undefined) throw new Error(`this target has no ${secure ? 'https' : 'http'} address`);
    const facts: TlsOptions = {
      servername: host,
      verify: options.authority !== undefined,
      contexts,
      ...(options.authority === undefined ? {} : { authority: options.authority }),
      ...tls,
    };
    const socket = await openConnection(place, secure ? facts : undefined, timeLimit);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    return socket;
  };

  const connectFor = (request: Sent, given: RequestOptions): Promise<Socket> => {
    const tls = given.verify === undefined ? {} : { verify: given.verify };
    const limit = given.timeLimit ?? defaultTimeLimit;
    return connectTo(given.https === true && given.port === undefined, tls, request.servername, limit, given);
  };

  const send = async (request: Sent, given: RequestOptions, clock: Clock): Promise<ReadResponse> => {
    const limit = given.timeLimit ?? defaultTimeLimit;
    const connect = () => connectFor(request, given);
    if (given.connection === undefined) {
      const socket = await connect();
      try {
        clock.sentAt = performance.now();
        return await exchange(socket, request.method, request.bytes, limit, clock.began);
      } finally {
        socket.destroy();
      }
    }
    const name = `${given.https ? 's' : 'p'} ${given.from ?? ''} ${given.port ?? ''} ${given.connection}`;
    const slot = kept.get(name) ?? { socket: undefined, turn: Promise.resolve() };
    kept.set(name, slot);
    const mine = slot.turn.then(async () => {
      if (slot.socket === undefined || slot.socket.destroyed || !slot.socket.writable) slot.socket = await connect();
      clock.sentAt = performance.now();
      const answer = await exchange(slot.socket, request.method, request.bytes, limit, clock.sentAt);
      if (!answer.reusable) slot.socket.destroy();
      return answer;
    });
    slot.turn = mine.catch(() => {});
    return mine;
  };

  /** Composes a request, has it sent by `use`, and makes a Response of what came back, or of the reason why nothing did. */
  const respond = async (
    path: string,
    given: RequestOptions,
    use: (message: Sent, clock: Clock) => Promise<ReadResponse>,
  ): Promise<Response> => {
    const message = compose(path, given, options.host);
    const { host } = message;
    const secure = given.https === true && given.port === undefined;
    const asked = {
      method: message.method,
      path,
      url: `${secure ? 'https' : 'http'}://${host ?? options.host}${given.port === undefined ? '' : `:${given.port}`}${path}`,
      curl: curlLine(path, given, host, options.door),
      head: message.head,
    };
    const began = performance.now();
    const clock: Clock = { began, sentAt: began };
    const times = (): Times => ({ ...clock, answeredAt: performance.now() });
    try {
      const answer = await use(message, clock);
      return createResponse(asked, answer, times(), options.translation);
    } catch (error) {
      options.signal.throwIfAborted();
      return createResponse(asked, (error as Error).message, times(), options.translation);
    }
  };

  const request = (path: string, given: RequestOptions = {}): Promise<Response> =>
    respond(path, given, (message, clock) => send(message, given, clock));

  const client: Client = {
    get: (path, given) => request(path, { ...given, method: 'GET' }),
    request,
    async burst(paths, { parallel = 16, ...given } = {}) {
      const answers: Response[] = new Array(paths.length);
      let next = 0;
      let size = 0;
      const work = async () => {
        for (let mine = next++; mine < paths.length; mine = next++) {
          const answer = await request(paths[mine]!, given);
          size += answer.body.length;
          answers[mine] = size <= burstLimit ? answer : tooMuch(answer);
        }
      };
      await Promise.all(Array.from({ length: Math.min(parallel, paths.length) }, work));
      return answers;
    },
    async volley(paths, given = {}) {
      const limit = given.timeLimit ?? defaultTimeLimit;
      const ready = paths.map((path) => connectFor(compose(path, given, options.host), given));
      // Whoever gets no connection says so in its own answer.
      await Promise.allSettled(ready);
      return Promise.all(
        paths.map((path, i) =>
          respond(path, given, async (message, clock) => {
            const socket = await ready[i]!;
            try {
              clock.sentAt = performance.now();
              return await exchange(socket, message.method, message.bytes, limit, clock.sentAt);
            } finally {
              socket.destroy();
            }
          }),
        ),
      );
    },
    async hold(path, given = {}): Promise<Held> {
      const limit = given.timeLimit ?? defaultTimeLimit;
      let socket: Socket | undefined;
      const response = await respond(path, given, async (message, clock) => {
        socket = await connectFor(message, given);
        clock.sentAt = performance.now();
        // Read as an answer to HEAD, which ends with its head.
        const head = await exchange(socket, 'HEAD', message.bytes, limit, clock.sentAt);
        socket.pause();
        return head;
      });
      return { response, close: () => socket?.destroy() };
    },
    async converse(path, messages, given = {}) {
      const limit = given.timeLimit ?? defaultTimeLimit;
      let socket: Socket | undefined;
      const asked = { ...given, headers: { ...upgradeHeaders(), ...given.headers } };
      const response = await respond(path, asked, async (message, clock) => {
        socket = await connectFor(message, given);
        clock.sentAt = performance.now();
        return exchange(socket, 'GET', message.bytes, limit, clock.sentAt);
      });
      const answers = socket === undefined || response.status !== 101 ? [] : await converse(socket, messages, limit);
      socket?.destroySoon();
      return { response, answers };
    },
    async raw(bytes, { https = false, timeLimit = defaultTimeLimit } = {}) {
      let socket: Socket;
      try {
        socket = await connectTo(https, { verify: false }, options.host, timeLimit);
      } catch {
        options.signal.throwIfAborted();
        return new Uint8Array();
      }
      return collect(socket, Buffer.from(bytes as string), timeLimit, bodyLimit);
    },
    handshake: (given = {}) =>
      shakeHands(
        (tls) => connectTo(true, { ...tls, verify: false }, given.servername ?? options.host, defaultTimeLimit),
        given,
      ),
    http2: (path, given = {}) => {
      const host = given.host ?? options.host;
      const connect = () => connectTo(true, { verify: false, alpn: ['h2'] }, host, defaultTimeLimit);
      return requestOverHttp2(
        connect,
        path,
        host,
        curlLine(path, { https: true }, host, options.door),
        options.translation,
      );
    },
  };
  return Object.assign(client, {
    close() {
      for (const socket of open) socket.destroy();
    },
  });
}

/** When a request was begun and when it was handed to the system, for whoever sends it to set. */
interface Clock {
  readonly began: number;
  sentAt: number;
}

interface Sent {
  readonly method: string;
  readonly host: string | null;
  readonly servername: string;
  readonly head: string;
  readonly bytes: Uint8Array;
}

/** The bytes of a request. Nothing is encoded, normalised or added but `Host`, `User-Agent`, `Accept` and the length. */
function compose(path: string, given: RequestOptions, defaultHost: string): Sent {
  const method = given.method ?? 'GET';
  const headers = Object.entries(given.headers ?? {});
  const has = (name: string) => headers.some(([other]) => other.toLowerCase() === name);
  const host = given.host === undefined ? defaultHost : given.host;
  const lines = [`${method} ${path} HTTP/${host === null ? '1.0' : '1.1'}`];
  if (host !== null && !has('host')) lines.push(`Host: ${isIPv6(host) ? `[${host}]` : host}`);
  if (!has('user-agent')) lines.push('User-Agent: nginx-workbook');
  if (!has('accept')) lines.push('Accept: */*');
  for (const [name, value] of headers) lines.push(`${name}: ${value}`);
  const body = given.body === undefined ? undefined : Buffer.from(given.body as string);
  if (body !== undefined && !has('content-length') && !has('transfer-encoding'))
    lines.push(`Content-Length: ${body.length}`);
  const head = `${lines.join('\r\n')}\r\n\r\n`;
  const headBytes = Buffer.from(head);
  // No name is asked for in the handshake where the request names none (RFC 6066, section 3: no dot at its end either).
  const servername = (given.servername ?? host ?? '').replace(/:\d+$/, '').replace(/\.$/, '');
  return { method, host, servername, head, bytes: body === undefined ? headBytes : Buffer.concat([headBytes, body]) };
}
