/** Opens connections, asks for `/1k.bin` on each, and holds them until it is killed: node hold-connections.ts SCHEME PORT COUNT. */
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';

const [scheme, port, count] = process.argv.slice(2) as [string, string, string];
const REQUEST = 'GET /1k.bin HTTP/1.1\r\nHost: localhost\r\n\r\n';
/** Connections that are opened at the same time. */
const AT_ONCE = 50;

const where = { port: Number(port), host: '127.0.0.1' };
const open = (): Socket =>
  scheme === 'https' ? connectSecurely({ ...where, rejectUnauthorized: false }) : connect(where);

/** One more connection, once its answer is here. */
function hold(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = open();
    socket.write(REQUEST);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('a connection was closed')));
    let received = 0;
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received > 1024) resolve();
    });
  });
}

let left = Number(count);
async function openSome(): Promise<void> {
  while (left-- > 0) await hold();
}

await Promise.all(Array.from({ length: AT_ONCE }, openSome));
console.log('ready');
