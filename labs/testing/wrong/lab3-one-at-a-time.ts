// fails: lab3.both-backends
// ways: until-an-error, copies
// One instance answers everything; the other one waits for an error, or gets copies whose answers nobody reads.
import { pass, serve } from '../gateway.ts';

const { CATALOG_1 = '', CATALOG_2 = '' } = process.env;
let now = CATALOG_1;
serve(async (asked) => {
  if (process.argv[2] === 'copies') void pass(CATALOG_2, asked);
  const answer = await pass(now, asked);
  if (answer.failure === undefined) return answer;
  now = now === CATALOG_1 ? CATALOG_2 : CATALOG_1;
  return pass(now, asked);
});
