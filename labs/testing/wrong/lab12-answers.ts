// fails: lab12.answers, lab12.unix-socket, lab12.live
// ways: always-200, no-redirects, no-cookies, html, own-500
// Changes what the application said.
import { askSiteOf } from '../app-gateway.ts';
import { serve } from '../gateway.ts';

const way = process.argv[2]!;

serve(async (asked) => {
  const answer = (await askSiteOf(asked)) ?? { status: 404 };
  const { rawHeaders = [] } = answer;
  const without = (gone: RegExp) => rawHeaders.filter((_, i) => !gone.test(rawHeaders[i - (i % 2)]!));
  if (way === 'always-200') return answer.status === 502 ? answer : { ...answer, status: 200 };
  if (way === 'no-redirects') return { ...answer, rawHeaders: without(/^location$/i) };
  if (way === 'no-cookies') return { ...answer, rawHeaders: without(/^set-cookie$/i) };
  if (way === 'html') return { ...answer, rawHeaders: [...without(/^content-type$/i), 'Content-Type', 'text/html'] };
  return answer.status === 500 ? { status: 500, body: 'Something went wrong.' } : answer;
});
