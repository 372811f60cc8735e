import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Below the range from which systems take the ports of outgoing connections, so that a port that was found free isn't
 * taken by a passing connection before the server binds it.
 */
const first = 10_000;
const last = 28_000;

/** Ports that are taken together. */
const blockSize = 16;

/** Blocks that stay ours; more than the checks of one moment need. */
const mostBlocks = 16;

/** Neighbouring ports of which the first is bound for as long as the others are ours. */
interface Block {
  readonly holder: Server;
  next: number;
  readonly end: number;
}

/**
 * The blocks taken last. Many graders may run side by side: that the first port of a block is bound tells them that the
 * others are spoken for, from before a server binds one until after it ends. The system takes them back when this process
 * ends, however it does, so that this list has to be one for the process.
 */
const blocks: Block[] = [];

/** A TCP port that is free on 127.0.0.1, for this process alone among graders. */
export async function freePort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const port = await nextPort();
    if (!taken.has(port) && (await canBind(port))) return port;
  }
  throw new Error(`no free TCP port between ${first} and ${last} on 127.0.0.1`);
}

/** The block that is being taken. Whoever needs a port meanwhile waits for it: many blocks at once would push out those in use. */
let taking: Promise<void> | undefined;

async function nextPort(): Promise<number> {
  for (;;) {
    const block = blocks.at(-1);
    if (block !== undefined && block.next < block.end) return block.next++;
    taking ??= takeBlock().finally(() => {
      taking = undefined;
    });
    await taking;
  }
}

async function takeBlock(): Promise<void> {
  const count = Math.floor((last - first) / blockSize);
  for (let attempt = 0; attempt < 200; attempt++) {
    const start = first + blockSize * Math.floor(Math.random() * count);
    const holder = await bind(start);
    if (holder === undefined) continue;
    blocks.push({ holder: holder.unref(), next: start + 1, end: start + blockSize });
    if (blocks.length > mostBlocks) blocks.shift()?.holder.close();
    return;
  }
  throw new Error(`no free TCP ports between ${first} and ${last} on 127.0.0.1`);
}

async function canBind(port: number, host?: string): Promise<boolean> {
  const server = await bind(port, host);
  if (server === undefined) return false;
  await new Promise((resolve) => server.close(resolve));
  return true;
}

/** A socket that listens at the port and turns everybody away; undefined when the port is taken. */
function bind(port: number, host = '127.0.0.1'): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen({ port, host, exclusive: true }, () => resolve(server));
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
