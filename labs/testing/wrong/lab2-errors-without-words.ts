// fails: lab2.status-codes
import { pass, serve } from '../gateway.ts';

serve(async (asked) => {
  const answer = await pass(process.env.CATALOG, asked);
  return answer.status >= 400 ? { ...answer, body: `Error ${answer.status}` } : answer;
});
