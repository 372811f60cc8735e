// fails: lab2.backend-down
// ways: 500, 404, 200, closes, stays-down
// The application is down, and the client is told something else.
import { pass, serve } from '../gateway.ts';

const way = process.argv[2]!;
let down = false;
serve(async (asked) => {
  const answer = await pass(process.env.CATALOG, asked);
  down ||= answer.failure !== undefined;
  if (way === 'stays-down') return down ? { status: 502 } : answer;
  if (answer.failure === undefined) return answer;
  return way === 'closes' ? { status: 0, raw: '' } : { status: Number(way), body: 'all is well' };
});
