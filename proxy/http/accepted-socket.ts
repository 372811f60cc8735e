import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Bytes that may wait to be sent: with Node's 64 KB, all that an upstream sends in one read would look like a client that is slow. */
export const MOST_UNSENT = 131_072;

/** What Node keeps behind a socket; none of it is public. */
interface Internals {
  _handle: { readonly writeQueueSize?: number } | null;
  readonly _parent?: Socket;
}

/** Bytes of what was written that the kernel hasn't taken yet. */
export function unsentBytes(socket: Socket): number {
  return (socket as unknown as Internals)._handle?.writeQueueSize ?? socket.writableLength;
}

/** The connection under one that is encrypted; `undefined` where Node doesn't tell. */
export function socketUnder(secured: TLSSocket): Socket | undefined {
  return (secured as unknown as Internals)._parent;
}
