// fails: lab5.redirect, lab5.no-plaintext
// HEAD is answered over plain HTTP as if it were harmless.
import { file, moved, secureSite, serve, serveSecurely, site } from '../gateway.ts';

serve((asked) => (asked.method === 'HEAD' ? site(asked, (name) => file('poster', name)) : moved(asked)));
await serveSecurely(secureSite);
