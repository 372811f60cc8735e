// fails: lab5.tls
// Port 443 takes connections, and speaks no TLS.
import { createServer } from 'node:net';
import { moved, serve } from '../gateway.ts';

serve(moved);
createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nhello'));
}).listen(Number(process.env.HTTPS_PORT), '127.0.0.1');
