/**
 * The reference proxy as a library, so that a proxy of one's own reads as an explanation:
 *
 *     const films = pool(['127.0.0.1:8081', '127.0.0.1:8082']);
 *     serve({ port: 80, handler: (exchange) => forward(exchange, films) });
 */

export { redirect, respond, type SendFileOptions, sendFile } from './api/answers.ts';
export { type ForwardOptions, forward, Pool, type PoolOptions, pool } from './api/forward.ts';
export { type Served, type ServeOptions, serve } from './api/serve.ts';
export { isUser, type Limit, type LimitOptions, limit } from './api/who.ts';
export type { Exchange } from './http/exchange.ts';
