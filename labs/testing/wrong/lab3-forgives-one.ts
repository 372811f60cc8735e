// fails: lab3.returns, lab3.keepalive
// ways: at-once-not-the-second, slowly-not-the-first
// After a failure one instance gets requests again, at once or after 4 s, and the other never.
import { pass, serve } from '../gateway.ts';

const [, , way = ''] = process.argv;
const all = [process.env.CATALOG_1!, process.env.CATALOG_2!];
const never = all[way.endsWith('second') ? 1 : 0];
const pause = way.startsWith('slowly') ? 4000 : 0;
const avoidedUntil = new Map<string, number>();
let turn = 0;
serve(async (asked) => {
  const alive = all.filter((one) => (avoidedUntil.get(one) ?? 0) <= Date.now());
  const first = turn++ % (alive.length || 1);
  for (const one of [...alive.slice(first), ...alive.slice(0, first)]) {
    const answer = await pass(one, asked);
    if (answer.failure !== 'refused') return answer;
    avoidedUntil.set(one, one === never ? Number.POSITIVE_INFINITY : Date.now() + pause);
  }
  return { status: 502, body: 'no instance is left' };
});
