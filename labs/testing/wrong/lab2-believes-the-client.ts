// fails: lab2.client-identity
// The first address of X-Forwarded-For is the client's, it thinks, and says nothing of its own.
import { pass, serve } from '../gateway.ts';

serve((asked) => {
  const at = asked.rawHeaders.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'x-forwarded-for');
  const socket = at < 0 ? asked.socket : { remoteAddress: asked.rawHeaders[at + 1]! };
  return pass(process.env.CATALOG, asked, { socket: socket as typeof asked.socket });
});
