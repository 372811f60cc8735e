/** http-proxy-3 with kept connections: node http-proxy-3.ts PORT BACKEND. */
import { Agent, createServer } from 'node:http';
import { createProxyServer } from 'http-proxy-3';

const [port, backend] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const proxy = createProxyServer({ target: `http://127.0.0.1:${backend}`, agent });
createServer((request, response) => proxy.web(request, response)).listen(Number(port), '127.0.0.1');
