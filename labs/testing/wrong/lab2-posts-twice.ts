// fails: lab2.methods-and-bodies
import { pass, serve } from '../gateway.ts';

serve(async (asked) => {
  if (asked.method === 'POST') await pass(process.env.CATALOG, asked);
  return pass(process.env.CATALOG, asked);
});
