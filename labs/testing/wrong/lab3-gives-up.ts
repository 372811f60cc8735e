// fails: lab3.keeps-working, lab3.no-duplicates, lab3.keepalive
// A refused connection is an error for the client.
import { pass, serve } from '../gateway.ts';

let turn = 0;
serve((asked) => pass(turn++ % 2 === 0 ? process.env.CATALOG_1 : process.env.CATALOG_2, asked));
