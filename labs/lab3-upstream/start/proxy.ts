// Lab 3: a load balancer.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, CATALOG_1 and CATALOG_2 (the two instances, as host:port).
// Tools that are at hand: pool([one, two], { keepalive }) and forward(exchange, pool).
import { respond, serve } from '#proxy';

const { PORT = '8000' } = process.env;

await serve({
  port: Number(PORT),
  handler(exchange) {
    // Each of the two instances should get half of the requests.
    respond(exchange, 501, `Nobody takes care of ${exchange.uri} yet.\n`);
  },
});
