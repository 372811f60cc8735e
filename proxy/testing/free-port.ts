import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range from which systems take the ports of outgoing connections, and above the grader's. */
const FIRST = 28_000;
const LAST = 32_700;

let next = 0;

/**
 * A port on 127.0.0.1 that was free a moment ago. Each process begins its search elsewhere and never comes back, so
 * that neither it nor a test file beside it gets the same one before a server has bound it.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = FIRST + ((process.pid * 31 + next++) % (LAST - FIRST));
    const server = createServer();
    try {
      server.listen({ port, host: '127.0.0.1', exclusive: true });
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`);
}
