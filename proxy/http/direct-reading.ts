import { Socket } from 'node:net';

/** A place in a socket that has no public name. */
type Hidden = Record<symbol, unknown>;

interface Internals {
  readonly _handle: { useUserBuffer?(buffer: Buffer): void } | null;
}

/** All sockets read into this one: a read is always handled before the next one begins. */
const BUFFER = Buffer.allocUnsafeSlow(65536);

/** Where Node keeps what `onread` said, if this Node keeps it there. */
const KEYS = keysOf(new Socket());

function keysOf(socket: Socket): { readonly buffer: symbol; readonly callback: symbol } | undefined {
  const symbols = Object.getOwnPropertySymbols(socket);
  const named = (name: string): symbol | undefined => symbols.find(({ description }) => description === name);
  const [buffer, callback] = [named('kBuffer'), named('kBufferCb')];
  return buffer === undefined || callback === undefined ? undefined : { buffer, callback };
}

/**
 * Reads a socket that exists already (one that was accepted, or an encrypted one) into one kept buffer, as `onread` does for
 * those that connect: a stream makes a buffer and several events of each read. `onBytes` must not keep the buffer. False, and
 * nothing has changed, where this Node has no way to do it; the socket's events are to be used then.
 */
export function readDirectly(socket: Socket, onBytes: (bytes: Buffer) => void): boolean {
  const handle = (socket as unknown as Internals)._handle;
  if (KEYS === undefined || typeof handle?.useUserBuffer !== 'function' || socket.readableLength > 0) return false;
  const hidden = socket as unknown as Hidden;
  if (!hidden[KEYS.buffer]) handle.useUserBuffer(BUFFER);
  hidden[KEYS.buffer] = BUFFER;
  hidden[KEYS.callback] = (length: number): boolean => {
    onBytes(BUFFER.subarray(0, length));
    return true;
  };
  socket.resume();
  return true;
}
