/** @fastify/static: node fastify-static.ts PORT BACKEND FOLDER. */
import fastifyStatic from '@fastify/static';
import fastify from 'fastify';

const [port, , root] = process.argv.slice(2);
const app = fastify();
await app.register(fastifyStatic, { root: root! });
await app.listen({ port: Number(port), host: '127.0.0.1' });
