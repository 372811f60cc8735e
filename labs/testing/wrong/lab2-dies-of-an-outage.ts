// fails: lab2.backend-down
// The commonest mistake of programs: an error that nobody catches ends them.
import { pass, serve } from '../gateway.ts';

serve(async (asked) => {
  const answer = await pass(process.env.CATALOG, asked);
  if (answer.failure !== undefined) throw new Error(`the catalog: ${answer.failure}`);
  return answer;
});
