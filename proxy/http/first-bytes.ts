import type { Socket } from 'node:net';
import type { Connections } from './connections.ts';
import type { Waiting } from './deadlines.ts';
import { readDirectly } from './direct-reading.ts';
import type { Service } from './phases.ts';

/**
 * Waits for the first bytes of a client, at most as long as its head may take; one that goes, or sends nothing, is let go
 * and logged. `doing` ends the line in the log: `SSL handshaking`.
 */
export function whenBytesCome(
  socket: Socket,
  service: Service,
  connections: Connections,
  doing: string,
  then: (first: Buffer) => void,
): void {
  if (socket.readableLength > 0) then(socket.read() as Buffer);
  else new FirstBytes(socket, service, connections, doing, then).wait();
}

class FirstBytes implements Waiting {
  deadline: number;
  readonly #socket: Socket;
  readonly #service: Service;
  readonly #connections: Connections;
  readonly #doing: string;
  readonly #then: (first: Buffer) => void;
  readonly #client: string;

  constructor(
    socket: Socket,
    service: Service,
    connections: Connections,
    doing: string,
    then: (first: Buffer) => void,
  ) {
    this.#socket = socket;
    this.#service = service;
    this.#connections = connections;
    this.#doing = doing;
    this.#then = then;
    this.#client = socket.remoteAddress ?? 'unix:';
    this.deadline = performance.now() + service.hosts.defaultServer.core.clientHeaderTimeout;
  }

  wait(): void {
    const socket = this.#socket;
    this.#connections.deadlines.add(this);
    socket.on('end', this.#ended);
    socket.on('error', this.#failed);
    socket.on('close', this.#over);
    const direct = readDirectly(socket, (bytes) => {
      socket.pause();
      this.#came(Buffer.from(bytes));
    });
    if (!direct) socket.on('readable', this.#look);
  }

  deadlinePassed(): void {
    this.#gone('client timed out (110: Connection timed out)');
  }

  readonly #ended = (): void => this.#gone('client closed connection');
  readonly #failed = (): void => void this.#socket.destroy();
  readonly #over = (): void => this.#connections.deadlines.delete(this);
  readonly #look = (): void => {
    const first = this.#socket.read() as Buffer | null;
    if (first !== null) this.#came(first);
  };

  #came(first: Buffer): void {
    const socket = this.#socket;
    this.#over();
    socket.removeListener('readable', this.#look);
    socket.removeListener('end', this.#ended);
    socket.removeListener('error', this.#failed);
    socket.removeListener('close', this.#over);
    this.#then(first);
  }

  #gone(reason: string): void {
    const number = ++this.#connections.count;
    this.#service.logConnection('info', number, this.#client, `${reason} while ${this.#doing}`);
    this.#socket.destroy();
  }
}
