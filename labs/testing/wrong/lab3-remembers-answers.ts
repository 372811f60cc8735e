// fails: lab3.even-distribution, lab3.keepalive
import { type Answer, passToEither, serve } from '../gateway.ts';

const { CATALOG_1 = '', CATALOG_2 = '' } = process.env;
const known = new Map<string, Answer>();
let turn = 0;
serve(async (asked) => {
  const kept = asked.method === 'GET' ? known.get(asked.target) : undefined;
  if (kept !== undefined) return kept;
  const answer = await (turn++ % 2 === 0
    ? passToEither(CATALOG_1, CATALOG_2, asked)
    : passToEither(CATALOG_2, CATALOG_1, asked));
  if (answer.status === 200) known.set(asked.target, answer);
  return answer;
});
