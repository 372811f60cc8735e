import { forward, pool, serve } from '../../proxy/index.ts';

const { PORT = '8000', CATALOG = '127.0.0.1:8080' } = process.env;

const catalog = pool([CATALOG]);

// Who asks, under which name, and how: said by us, so that a client can't make it up.
const setHeaders = {
  Host: '$host',
  'X-Real-IP': '$remote_addr',
  'X-Forwarded-For': '$proxy_add_x_forwarded_for',
  'X-Forwarded-Proto': '$scheme',
};

await serve({
  port: Number(PORT),
  handler: (exchange) => forward(exchange, catalog, { setHeaders, directives: 'proxy_connect_timeout 2s;' }),
});
