// fails: lab9.asks
// ways: forbidden, without-realm, a-form, with-the-page, another-scheme, asks-first
// Keeps people out in a way that no browser understands, or shows what it keeps them from.
import { guarded, isListed, nameOf, pass, plainPath, serve } from '../gateway.ts';

const way = process.argv[2]!;
const page = 'Only the staff should be able to read this.';

serve(async (asked) => {
  const answer = await guarded(asked, isListed);
  if (answer.status !== 401) return answer;
  if (way === 'forbidden') return { status: 403 };
  if (way === 'without-realm') return { status: 401, rawHeaders: ['WWW-Authenticate', 'Basic'] };
  if (way === 'a-form') return { status: 200, body: '<form></form>' };
  if (way === 'with-the-page') return { ...answer, body: page };
  if (way === 'another-scheme') return { status: 401, rawHeaders: ['WWW-Authenticate', 'Bearer realm="staff"'] };
  if (nameOf(asked) === 'backoffice.test' && plainPath(asked.target).startsWith('/admin/'))
    await pass(process.env.BACK_OFFICE, asked);
  return answer;
});
