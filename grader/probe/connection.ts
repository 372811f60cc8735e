import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { SecureContext, SecureVersion, TLSSocket } from 'node:tls';
import { type BadResponse, type ReadResponse, ResponseReader } from './response-reader.ts';

/** A place to connect to. */
export interface Place {
  readonly host: string;
  readonly port: number;
  /** The address to connect from; any when left out. */
  readonly localAddress?: string;
  /** How to find the addresses of `host`; the system's way when left out. */
  readonly lookup?: LookupFunction;
}

/** Finds these addresses whatever the name, and does not look it up. */
export function knownAddresses(addresses: readonly string[]): LookupFunction {
  const known = addresses.map((address) => ({ address, family: isIP(address) }));
  return (hostname, { all }, callback) => {
    const [first] = known;
    if (first === undefined)
      callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' }), '', 0);
    else if (all) callback(null, known);
    else callback(null, first.address, first.family);
  };
}

/** How to speak TLS. `authority` is the PEM of the one certificate authority to trust; without it the system's are. */
export interface TlsOptions {
  readonly servername: string;
  readonly authority?: string;
  readonly verify: boolean;
  readonly minVersion?: string;
  readonly maxVersion?: string;
  readonly alpn?: readonly string[];
  /** What was made of these options already; whoever opens many connections has one for all of them. */
  readonly contexts?: SecureContexts;
}

/** By authority and versions. To make one takes a third of the time of a handshake. */
export type SecureContexts = Map<string, SecureContext>;

/** Opens a connection. Rejects with a sentence fit for a student. */
export async function openConnection(place: Place, tls: TlsOptions | undefined, timeLimit: number): Promise<Socket> {
  const socket = tls === undefined ? connect({ ...place, noDelay: true }) : await secure(place, tls);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error(`no connection within ${seconds(timeLimit)}`)), timeLimit);
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(explain(error)));
    };
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('the connection was closed during the TLS handshake')));
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      const distrust = tls?.verify ? (socket as TLSSocket).authorizationError : undefined;
      if (distrust) return fail(new Error(`the certificate isn't trusted: ${distrust}`));
      clearTimeout(timer);
      socket.removeAllListeners('error');
      socket.removeAllListeners('close');
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

async function secure(place: Place, options: TlsOptions): Promise<TLSSocket> {
  const tls = await import('node:tls');
  const { servername, alpn } = options;
  return tls.connect({
    ...place,
    ...(isIP(servername) === 0 && servername !== '' ? { servername } : {}),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    secureContext: contextFor(options, tls),
    rejectUnauthorized: false,
  });
}

function contextFor(
  { authority, minVersion, maxVersion, contexts }: TlsOptions,
  { createSecureContext }: typeof import('node:tls'),
): SecureContext {
  const name = `${minVersion} ${maxVersion} ${authority}`;
  const known = contexts?.get(name);
  if (known !== undefined) return known;
  const old = maxVersion === 'TLSv1' || maxVersion === 'TLSv1.1';
  const made = createSecureContext({
    ...(authority === undefined ? {} : { ca: authority }),
    minVersion: (minVersion ?? (old ? 'TLSv1' : 'TLSv1.2')) as SecureVersion,
    ...(maxVersion === undefined ? {} : { maxVersion: maxVersion as SecureVersion }),
    // OpenSSL 3 speaks TLS 1.0 and 1.1 at security level 0 alone; whether the server does is what is asked.
    ...(old ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {}),
  });
  contexts?.set(name, made);
  return made;
}

/**
 * Sends one request and reads its answer. `timeLimit` (ms) counts from `started`, a `performance.now()`, so that it holds
 * for connecting as well. Rejects with a sentence fit for a student.
 */
export function exchange(
  socket: Socket,
  method: string,
  bytes: Uint8Array,
  timeLimit: number,
  started: number,
): Promise<ReadResponse> {
  return new Promise((resolve, reject) => {
    const reader = new ResponseReader(method);
    const left = Math.max(1, timeLimit - (performance.now() - started));
    const timer = setTimeout(() => {
      const what = reader.started ? 'the answer was not complete' : 'no answer';
      finish(new Error(`${what} within ${seconds(timeLimit)}`));
    }, left);
    let failure: Error | undefined;
    const finish = (outcome: ReadResponse | Error) => {
      clearTimeout(timer);
      socket.off('data', take);
      socket.off('error', note);
      socket.off('end', end);
      socket.off('close', end);
      if (outcome instanceof Error) {
        socket.destroy();
        reject(new Error(explain(outcome)));
      } else resolve(outcome);
    };
    const attempt = (read: () => ReadResponse | undefined): boolean => {
      try {
        const answer = read();
        if (answer !== undefined) finish(answer);
        return answer !== undefined;
      } catch (error) {
        finish(error as BadResponse);
        return true;
      }
    };
    const take = (piece: Buffer) => void attempt(() => reader.push(piece));
    // An error while the request is still being sent may overtake the answer: what counts is whether one comes.
    const note = (error: Error) => {
      failure = error;
    };
    const end = () => {
      if (attempt(() => reader.end())) return;
      const what = reader.started ? 'closed before the answer was complete' : 'closed without an answer';
      finish(failure ?? new Error(what));
    };
    socket.on('data', take);
    socket.on('error', note);
    socket.on('end', end);
    socket.on('close', end);
    if (socket.destroyed) end();
    else socket.write(bytes);
  });
}

/** Sends bytes and collects what comes back until the server closes, `timeLimit` ms pass, or 16 MiB have come. */
export function collect(socket: Socket, bytes: Uint8Array, timeLimit: number, limit: number): Promise<Uint8Array> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(Buffer.concat(pieces));
    };
    const timer = setTimeout(finish, timeLimit);
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece);
      size += piece.length;
      if (size > limit) finish();
    });
    socket.on('close', finish);
    socket.on('end', finish);
    socket.write(bytes);
  });
}

/** A system error in a student's words; any other error's own. */
export function explain(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused: nothing listens there';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection reset by the server';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name has no address';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'the host cannot be reached';
    default:
      return code?.startsWith('ERR_SSL')
        ? `TLS: ${error.message.replace(/^.*?:SSL routines:[^:]*:/, '').split(':')[0]}`
        : error.message;
  }
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${Math.round(milliseconds / 100) / 10} s`;
}
