// fails: lab2.forwards
// Every address is asked for once, and then answered from memory.
import { type Answer, pass, serve } from '../gateway.ts';

const known = new Map<string, Answer>();
serve(async (asked) => {
  const answer = known.get(asked.target) ?? (await pass(process.env.CATALOG, asked));
  if (asked.method === 'GET') known.set(asked.target, answer);
  return answer;
});
