// fails: lab10.body-limit
// ways: says-bad-request, asks-first, knows-lengths-alone
import { hardened, headerOf, pass, refusal } from '../gateway.ts';

const way = process.argv[2]!;

hardened(async (answer, asked) => {
  if (refusal(asked)?.status !== 413) return answer;
  if (way === 'says-bad-request') return { ...answer, status: 400 };
  const hasLength = headerOf(asked, 'content-length') !== '';
  if (way === 'asks-first' || !hasLength) {
    const said = await pass(process.env.CATALOG, asked);
    return hasLength ? answer : said;
  }
  return answer;
}).listen(Number(process.env.PORT), '127.0.0.1');
