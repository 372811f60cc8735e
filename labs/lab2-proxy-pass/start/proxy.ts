// Lab 2: in front of one application.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, CATALOG (the application, as host:port).
// Tools that are at hand: pool([address]) and forward(exchange, pool, { setHeaders }).
import { respond, serve } from '#proxy';

const { PORT = '8000' } = process.env;

await serve({
  port: Number(PORT),
  handler(exchange) {
    // Hand the request to the application, and tell it who asks.
    respond(exchange, 501, `Nobody takes care of ${exchange.uri} yet.\n`);
  },
});
