// fails: lab3.no-duplicates, lab3.keepalive
// ways: to-both, again-after-death, answered-at-once, copied-later, 200-after-death
// Turns are taken, and a POST is delivered twice, or nobody knows whether it was.
import { pass, passToEither, serve } from '../gateway.ts';

const { CATALOG_1 = '', CATALOG_2 = '' } = process.env;
const way = process.argv[2]!;
let turn = 0;
serve(async (asked) => {
  const [one, other] = turn++ % 2 === 0 ? [CATALOG_1, CATALOG_2] : [CATALOG_2, CATALOG_1];
  if (asked.method !== 'POST') return passToEither(one, other, asked);
  if (way === 'to-both') void pass(other, asked);
  if (way === 'copied-later') setImmediate(() => void passToEither(other, one, asked));
  const answer = passToEither(one, other, asked);
  if (way === 'answered-at-once') return { status: 200, body: '{}' };
  const { failure } = await answer;
  if (failure === 'no answer' && way === 'again-after-death') return pass(other, asked);
  if (failure === 'no answer' && way === '200-after-death') return { status: 200, body: '{"message":"counted"}' };
  return answer;
});
