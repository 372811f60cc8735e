// Lab 4: files beside an application.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, CATALOG (the application, as host:port), POSTER_DIR (the folder of the posters).
// Tools that are at hand: sendFile(exchange, folder, path) and forward(exchange, pool([address])).
import { respond, serve } from '#proxy';

const { PORT = '8000' } = process.env;

await serve({
  port: Number(PORT),
  handler(exchange) {
    // Is it a poster, or something for the application? exchange.uri is the path, decoded and tidied.
    respond(exchange, 501, `Nobody takes care of ${exchange.uri} yet.\n`);
  },
});
