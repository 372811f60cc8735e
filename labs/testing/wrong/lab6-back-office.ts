// fails: lab6.back-office
// ways: both, canned, other
// The back office is not asked, or not alone, or what it said is not what comes back.
import { nameOf, pass, serve, siteOf } from '../gateway.ts';

serve(async (asked) => {
  const name = nameOf(asked);
  if (name !== 'backoffice.test') return siteOf(name, asked) ?? { status: 404 };
  if (process.argv[2] === 'other') return pass(process.env.CATALOG, asked);
  if (process.argv[2] === 'both') await pass(process.env.CATALOG, asked);
  const answer = await pass(process.env.BACK_OFFICE, asked);
  return process.argv[2] === 'canned' ? { status: 200, body: '<h1>Back office</h1>' } : answer;
});
