import type { Socket } from 'node:net';
import type { Service } from './phases.ts';

/**
 * Waits for the first bytes of a client, at most as long as its head may take; one that goes, or sends nothing, is let go
 * and logged. `doing` ends the line in the log: `SSL handshaking`.
 */
export function whenBytesCome(
  socket: Socket,
  { hosts, logConnection }: Service,
  number: () => number,
  doing: string,
  then: (first: Buffer) => void,
): void {
  const client = socket.remoteAddress ?? 'unix:';
  const gone = (reason?: string): void => {
    if (reason !== undefined) logConnection('info', number(), client, `${reason} while ${doing}`);
    socket.destroy();
  };
  const ended = (): void => gone('client closed connection');
  const failed = (): void => gone();
  const timer = setTimeout(
    () => gone('client timed out (110: Connection timed out)'),
    hosts.defaultServer.core.clientHeaderTimeout,
  );
  const over = (): void => clearTimeout(timer);
  const look = (): void => {
    const first = socket.read() as Buffer | null;
    if (first === null) return;
    over();
    socket.removeListener('readable', look);
    socket.removeListener('end', ended);
    socket.removeListener('error', failed);
    socket.removeListener('close', over);
    then(first);
  };
  socket.on('close', over);
  socket.on('readable', look);
  socket.on('end', ended);
  socket.on('error', failed);
}
