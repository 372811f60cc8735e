/** @fastify/http-proxy with its own pool of connections: node fastify-http-proxy.ts PORT BACKEND. */
import httpProxy from '@fastify/http-proxy';
import fastify from 'fastify';

const [port, backend] = process.argv.slice(2);
const app = fastify();
await app.register(httpProxy, { upstream: `http://127.0.0.1:${backend}`, undici: { connections: 64 } });
await app.listen({ port: Number(port), host: '127.0.0.1' });
