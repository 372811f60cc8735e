import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ClientConnection } from './exchange.ts';
import type { ProxyHeader } from './proxy-protocol.ts';

/** Who is at the two ends of a connection that a client opened, whatever is spoken on it. */
export abstract class AcceptedConnection implements ClientConnection {
  abstract readonly socket: Socket;
  readonly number: number;
  readonly tls: TLSSocket | undefined;
  readonly proxyHeader: ProxyHeader | undefined;
  requests = 0;
  pipelined = false;
  readonly since = performance.now();
  /** What the configuration listens on, `unix:` and a path for a Unix socket. */
  readonly #listen: string;
  #remoteAddress: string | undefined;

  constructor(accepted: Socket, number: number, secure: boolean, listen: string, proxyHeader: ProxyHeader | undefined) {
    this.number = number;
    this.proxyHeader = proxyHeader;
    this.tls = secure ? (accepted as TLSSocket) : undefined;
    this.#listen = listen;
  }

  get secure(): boolean {
    return this.tls !== undefined;
  }

  /** Kept, because a socket forgets it when it closes. */
  get remoteAddress(): string {
    this.#remoteAddress ??= this.socket.remoteAddress ?? (this.#listen.startsWith('unix:') ? 'unix:' : '');
    return this.#remoteAddress;
  }

  get remotePort(): number {
    return this.socket.remotePort ?? 0;
  }

  get localAddress(): string {
    return this.socket.localAddress ?? (this.#listen.startsWith('unix:') ? this.#listen : '');
  }

  get localPort(): number {
    return this.socket.localPort ?? 0;
  }
}
