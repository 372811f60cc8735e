// fails: lab2.methods-and-bodies, lab2.status-codes
import { pass, serve } from '../gateway.ts';

serve((asked) => pass(process.env.CATALOG, asked, { method: 'GET' }));
