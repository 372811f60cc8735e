import { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** Bytes that may wait to be sent: with Node's 64 KB, all that an upstream sends in one read would look like a client that is slow. */
const WRITTEN = 131_072;
const BUFFER = Buffer.allocUnsafeSlow(65536);

/** What Node keeps behind a socket; none of it is public. */
interface Internals {
  _handle: { readonly writeQueueSize?: number } | null;
  _server: object | null;
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

/**
 * Reads an accepted socket into one kept buffer that all connections share (a read is always handled before the next
 * one begins), instead of a fresh buffer and a stream event per read: worth a tenth of the throughput and a far better
 * p99. Node offers this (`onread`) for sockets that connect only, so the handle of the accepted one moves to a new socket;
 * where that isn't possible the plain way does the same. `onBytes` must not keep the buffer.
 */
export function readAccepted(accepted: Socket, onBytes: (bytes: Buffer) => void): Socket {
  const inside = accepted as unknown as Internals;
  const handle = inside._handle;
  if (
    handle === null ||
    typeof handle !== 'object' ||
    !('useUserBuffer' in handle) ||
    accepted.constructor !== Socket
  ) {
    accepted.on('data', onBytes);
    return accepted;
  }
  const socket = new Socket({
    handle,
    allowHalfOpen: true,
    writableHighWaterMark: WRITTEN,
    onread: {
      buffer: BUFFER,
      callback(length: number, buffer: Uint8Array): boolean {
        onBytes((buffer as Buffer).subarray(0, length));
        return true;
      },
    },
  } as unknown as ConstructorParameters<typeof Socket>[0]);
  // The server counts its connections down when the socket it knows goes.
  (socket as unknown as Internals)._server = inside._server;
  inside._server = null;
  inside._handle = null;
  return socket;
}
