import { forward, pool, serve } from '../../proxy/index.ts';

const { PORT = '8000', CATALOG_1 = '127.0.0.1:8081', CATALOG_2 = '127.0.0.1:8082' } = process.env;

// In turn, over connections that are kept. Neither instance is ever written off: a refused connection costs nothing
// here, the request goes to the other one, and an instance that comes back gets its share at once.
const catalog = pool([`${CATALOG_1} max_fails=0`, `${CATALOG_2} max_fails=0`], { keepalive: 16 });

await serve({
  port: Number(PORT),
  // A POST is sent to the second instance only when the first never took it: that is what `forward` does by itself.
  handler: (exchange) => forward(exchange, catalog, { setHeaders: { Host: '$host' } }),
});
