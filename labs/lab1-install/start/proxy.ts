// Lab 1: a web server that answers.
// The build way: this program is the web server. Run the check with --build to have it graded.
// Its world comes in the environment: PORT, HTML_DIR (the folder of the welcome page), LOG_DIR.
// Tools that are at hand: sendFile(exchange, folder, path).
import { respond, serve } from '#proxy';

const { PORT = '8000' } = process.env;

await serve({
  port: Number(PORT),
  handler(exchange) {
    // Which file does this path stand for? exchange.uri is the path that was asked for.
    respond(exchange, 501, `Nobody takes care of ${exchange.uri} yet.\n`);
  },
});
