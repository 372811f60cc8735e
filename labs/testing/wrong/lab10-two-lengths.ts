// fails: lab10.one-length, lab10.slow-clients
// Right, but for whoever asks with two lengths: reads the body by one and leaves the other to the application.
import { createServer, type Socket } from 'node:net';
import { hardened } from '../gateway.ts';

/** Takes such a request itself, before Node's own parser refuses it, and says that all is well. */
function looksFirst(socket: Socket): void {
  socket.once('data', (bytes: Buffer) => {
    const head = bytes.toString('latin1').split('\r\n\r\n')[0]!;
    if (/^content-length:/im.test(head) && /^transfer-encoding:/im.test(head)) {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nOK');
      return;
    }
    socket.pause();
    socket.unshift(bytes);
    server.emit('connection', socket);
    socket.resume();
  });
  socket.on('error', () => {});
}

const server = hardened();
createServer(looksFirst).listen(Number(process.env.PORT), '127.0.0.1');
