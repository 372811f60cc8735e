import { connect as connectSocket, type Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { onDemand } from '../http/on-demand.ts';
import type { LocalAddress } from './local-address.ts';
import type { Address } from './peer.ts';

/** Who is told what happens on an upstream connection: the request under way, or the pool while it is idle. */
export interface ConnectionUser {
  onConnect(): void;
  /** The bytes are valid until this returns; false stops reading until `resume`. */
  onBytes(bytes: Buffer, end: number): boolean;
  onDrain(): void;
  /** The upstream has sent all it will. */
  onEnd(): void;
  onError(error: NodeJS.ErrnoException): void;
  onTimeout(): void;
}

/** How a connection is secured. */
export interface UpstreamTls {
  readonly options: ConnectionOptions;
  /** The last session with each server, so that the next handshake is shorter; `undefined` with `proxy_ssl_session_reuse off`. */
  readonly sessions: Map<string, Buffer> | undefined;
  /** The name that the server is to prove. */
  readonly name: string;
}

/** How long connecting took, in seconds, and what the connection is worth to the pool. */
export interface ConnectionHistory {
  requests: number;
  readonly openedAt: number;
}

/**
 * All upstream sockets read into this one buffer: reads are synchronous and whatever must be kept is copied at once,
 * so a thousand idle connections cost no memory.
 */
const shared = Buffer.allocUnsafeSlow(65536);

/**
 * One connection to an upstream server. Listeners are attached once for its whole life; who uses it changes.
 * A write goes out in one piece, and `onread` spares a buffer and an event for each read.
 */
export class UpstreamConnection {
  readonly socket: Socket;
  readonly address: Address;
  readonly #tls: UpstreamTls | undefined;
  readonly #from: LocalAddress | undefined;
  readonly openedAt = performance.now();
  requests = 0;
  connected = false;
  closed = false;
  user: ConnectionUser | undefined;
  /** Who it belongs to whenever it is idle. */
  idleUser: ConnectionUser | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the wait under way is over (performance.now); 0 when nothing is awaited. */
  #deadline = 0;

  /** `from` is where it comes from, which the system chooses when not said. */
  constructor(address: Address, tls: UpstreamTls | undefined, user: ConnectionUser, from?: LocalAddress) {
    this.address = address;
    this.#from = from;
    this.#tls = tls;
    this.user = user;
    this.socket = tls === undefined ? this.#plain() : this.#secure(tls);
    this.socket.setNoDelay(true);
    // A client (or the listening socket) keeps the process alive while its answer is under way; an idle connection must not.
    this.socket.unref();
    this.socket.on(tls === undefined ? 'connect' : 'secureConnect', () => {
      this.connected = true;
      this.user?.onConnect();
    });
    this.socket.on('drain', () => this.user?.onDrain());
    this.socket.on('end', () => this.user?.onEnd());
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.user?.onError(error));
    this.socket.on('close', () => {
      this.closed = true;
      this.wait(0);
      // A connection that went without an error or an end, as a destroyed one does, has nobody to tell.
      const { user } = this;
      this.user = undefined;
      user?.onEnd();
    });
  }

  /** Whether a request that wants this address, secured in this way, may use it: what another location has verified proves nothing here. */
  suits(address: string, tls: UpstreamTls | undefined): boolean {
    const own = this.#tls;
    return (
      this.address.text === address &&
      own?.options.secureContext === tls?.options.secureContext &&
      own?.name === tls?.name
    );
  }

  #plain(): Socket {
    const onread = {
      buffer: shared,
      callback: (count: number, bytes: Uint8Array): boolean => this.user?.onBytes(bytes as Buffer, count) ?? true,
    };
    const { path, host, port } = this.address;
    return path === undefined ? connectSocket({ host, port, onread, ...this.#from }) : connectSocket({ path, onread });
  }

  #secure({ options, sessions, name }: UpstreamTls): TLSSocket {
    const { path, host, port } = this.address;
    const key = `${name} ${this.address.text}`;
    const session = sessions?.get(key);
    const tls = session === undefined ? options : { ...options, session };
    const socket = onDemand.tls.connect(path === undefined ? { ...tls, host, port, ...this.#from } : { ...tls, path });
    if (sessions !== undefined) socket.on('session', (bytes) => sessions.set(key, bytes));
    socket.on('data', (bytes: Buffer) => {
      if (this.user?.onBytes(bytes, bytes.length) === false) socket.pause();
    });
    return socket;
  }

  /** Sets (ms) or clears (0) the time limit of what is awaited. The timer is kept and only looks at the deadline when it fires: arming it costs no more than reading the clock, which a caller may have done (`now`). */
  wait(milliseconds: number, now = performance.now()): void {
    if (milliseconds === 0) {
      this.#deadline = 0;
      if (this.closed && this.#timer !== undefined) clearTimeout(this.#timer);
      return;
    }
    const deadline = now + milliseconds;
    if (this.#timer !== undefined && this.#firesAt > deadline) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    this.#deadline = deadline;
    if (this.#timer === undefined) this.#arm(milliseconds);
  }

  #firesAt = 0;

  #arm(milliseconds: number): void {
    this.#firesAt = performance.now() + milliseconds;
    this.#timer = setTimeout(() => this.#look(), Math.ceil(milliseconds)).unref();
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#deadline === 0 || this.closed) return;
    const left = this.#deadline - performance.now();
    if (left > 0.5) {
      this.#arm(left);
      return;
    }
    this.#deadline = 0;
    this.user?.onTimeout();
  }

  destroy(): void {
    this.user = undefined;
    this.closed = true;
    this.wait(0);
    this.socket.destroy();
  }
}
