import type { Socket } from 'node:net';
import type { ConnectionUser, UpstreamConnection } from './connection.ts';

/** Passes bytes both ways after a 101, until one side ends. Source: ngx_http_upstream_upgrade. */
export class Tunnel implements ConnectionUser {
  readonly #upstream: UpstreamConnection;
  readonly #client: Socket;
  readonly #timeout: number;
  readonly #onEnd: () => void;
  #ended = false;

  constructor(upstream: UpstreamConnection, client: Socket, timeout: number, onEnd: () => void) {
    this.#upstream = upstream;
    this.#client = client;
    this.#timeout = timeout;
    this.#onEnd = onEnd;
    upstream.user = this;
    upstream.wait(timeout);
    client.on('data', (chunk: Buffer) => {
      upstream.wait(this.#timeout);
      if (!upstream.closed && !upstream.socket.write(Buffer.from(chunk))) client.pause();
    });
    client.on('drain', () => upstream.socket.resume());
    client.on('end', () => this.#end());
    client.on('close', () => this.#end());
    client.on('error', () => this.#end());
  }

  onConnect(): void {}

  onBytes(bytes: Buffer, end: number): boolean {
    this.#upstream.wait(this.#timeout);
    return this.#client.write(Buffer.from(bytes.subarray(0, end)));
  }

  onDrain(): void {
    this.#client.resume();
  }

  onEnd(): void {
    this.#end();
  }

  onError(): void {
    this.#end();
  }

  onTimeout(): void {
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    // What was written goes out before the end, on both sides.
    this.#upstream.user = undefined;
    this.#upstream.wait(0);
    this.#upstream.socket.destroySoon();
    this.#client.destroySoon();
    this.#onEnd();
  }
}
