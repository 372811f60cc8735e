// fails: lab3.returns, lab3.keepalive
// A failed instance is left out for ever, unless all have failed.
import { pass, serve } from '../gateway.ts';

const all = [process.env.CATALOG_1!, process.env.CATALOG_2!];
const failed = new Set<string>();
let turn = 0;
serve(async (asked) => {
  for (;;) {
    if (failed.size === all.length) failed.clear();
    const alive = all.filter((one) => !failed.has(one));
    const one = alive[turn++ % alive.length]!;
    const answer = await pass(one, asked);
    if (answer.failure !== 'refused') return answer;
    failed.add(one);
    if (failed.size === all.length) return answer;
  }
});
