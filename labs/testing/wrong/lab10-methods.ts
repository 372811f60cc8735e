// fails: lab10.methods
// ways: asks-first, not-found, with-a-page
// Refuses other methods, after the application has done what they say, or in a way that says something else.
import { hardened, pass, refusal } from '../gateway.ts';

const way = process.argv[2]!;

hardened(async (answer, asked) => {
  if (refusal(asked)?.status !== 405) return answer;
  if (way === 'asks-first') await pass(process.env.CATALOG, asked);
  return way === 'asks-first' ? answer : { ...answer, status: way === 'not-found' ? 404 : 200 };
}).listen(Number(process.env.PORT), '127.0.0.1');
