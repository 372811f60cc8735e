import type { ConnectionUser, UpstreamConnection, UpstreamTls } from './connection.ts';

/** `keepalive` of an upstream. Times in milliseconds. */
export interface PoolLimits {
  /** Idle connections kept; 0 keeps none. */
  readonly connections: number;
  readonly requests: number;
  readonly timeout: number;
  readonly time: number;
}

/**
 * The idle connections of one upstream, the last used first. Beyond the limit the least recently used one goes.
 * Source: ngx_http_upstream_keepalive_module.c.
 */
export class Pool {
  readonly #limits: PoolLimits;
  #closed = false;
  /** Least recently used first. */
  readonly #idle: UpstreamConnection[] = [];

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#idle.length;
  }

  /** An idle connection to this address, secured in this way, now the caller's. */
  take(address: string, tls: UpstreamTls | undefined): UpstreamConnection | undefined {
    for (let i = this.#idle.length - 1; i >= 0; i--) {
      const connection = this.#idle[i]!;
      if (!connection.suits(address, tls)) continue;
      if (i === this.#idle.length - 1) this.#idle.pop();
      else this.#idle.splice(i, 1);
      connection.wait(0, 0);
      return connection;
    }
    return undefined;
  }

  /** Keeps a connection whose answer is complete, or closes it when it has served long enough. */
  give(connection: UpstreamConnection, now = performance.now()): void {
    const { connections, requests, time, timeout } = this.#limits;
    const spent = connection.requests >= requests || now - connection.openedAt > time;
    if (connections === 0 || spent || connection.closed || this.#closed) {
      connection.destroy();
      return;
    }
    if (this.#idle.length >= connections) this.#idle.shift()!.destroy();
    connection.user = connection.idleUser ??= new Idle(this, connection);
    connection.wait(timeout, now);
    this.#idle.push(connection);
  }

  /** Closes a connection on which something happened while nobody wanted anything of it. */
  drop(connection: UpstreamConnection): void {
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    connection.destroy();
  }

  /** Closes what is idle; what is given later is closed as well. */
  close(): void {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }
}

/** Whatever an idle connection does, be it bytes, an end or silence for too long, it is over. */
class Idle implements ConnectionUser {
  readonly #pool: Pool;
  readonly #connection: UpstreamConnection;

  constructor(pool: Pool, connection: UpstreamConnection) {
    this.#pool = pool;
    this.#connection = connection;
  }

  onConnect(): void {}
  onDrain(): void {}

  onBytes(): boolean {
    this.#pool.drop(this.#connection);
    return true;
  }

  onEnd(): void {
    this.#pool.drop(this.#connection);
  }

  onError(): void {
    this.#pool.drop(this.#connection);
  }

  onTimeout(): void {
    this.#pool.drop(this.#connection);
  }
}
