import type { Socket } from 'node:net';
import { Assembly } from './answer-writer.ts';
import type { Deadlines } from './deadlines.ts';

/** A client's connection, whatever it speaks. */
export interface OpenConnection {
  readonly socket: Socket;
  readonly requests: number;
  /** Whether a request is being read or answered, or waited for. */
  readonly doing: 'reading' | 'writing' | 'waiting';
  /** Closes now if nothing is being answered or asked, and after the answers otherwise. */
  quit(): void;
}

/** What the connections of a process share. */
export interface Connections {
  readonly deadlines: Deadlines;
  readonly open: Set<OpenConnection>;
  /** Sockets on which a TLS handshake goes on: that is something that has begun as well. */
  readonly handshaking: Set<Socket>;
  /** Connections that came, and those of them that there was no room for. */
  accepted: number;
  refused: number;
  /** Counts connections, for `$connection`. */
  count: number;
  /** Requests that came over connections which are closed now. */
  requestsBefore: number;
  readonly assembly: Assembly;
  /** No connection is kept after the answer at hand. */
  quitting: boolean;
}

/** What the connections of a process share, at its start. */
export function newConnections(deadlines: Deadlines): Connections {
  return {
    deadlines,
    open: new Set(),
    handshaking: new Set(),
    accepted: 0,
    refused: 0,
    count: 0,
    requestsBefore: 0,
    assembly: new Assembly(),
    quitting: false,
  };
}
