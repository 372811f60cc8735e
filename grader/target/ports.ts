import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Below the range from which systems take the ports of outgoing connections, so that a port that was found free isn't
 * taken by a passing connection before the server binds it.
 */
const first = 10_000;
const last = 32_000;

/** A TCP port that is free on 127.0.0.1 now. Many checks run side by side, so the search starts anywhere. */
export async function freePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (!taken.has(port) && (await canBind(port))) return port;
  }
  throw new Error(`no free TCP port between ${first} and ${last} on 127.0.0.1`);
}

function canBind(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A port on which nothing listens, nor will: one that ordinary programs may not bind and no service is known to use.
 * It stands for a wrong port in a student's configuration, so that connections to it are refused.
 */
export async function deadPort(taken: ReadonlySet<number>): Promise<number> {
  for (let port = 804; port < 860; port++) {
    if (!taken.has(port) && !(await accepts(port))) return port;
  }
  throw new Error('no closed TCP port between 804 and 860 on 127.0.0.1');
}

/** Whether something accepts connections there. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

/** Whether this machine can send from other addresses than 127.0.0.1: Linux has all of 127.0.0.0/8, macOS has the one. */
export function hasLoopbackNetwork(): Promise<boolean> {
  return canBind(0, '127.0.0.2');
}

/** Whether this machine has the IPv6 loopback address. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some((entry) => entry.address === '::1'));
}
