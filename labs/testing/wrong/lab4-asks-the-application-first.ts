// fails: lab4.missing-poster, lab4.not-the-app, lab4.caching, lab4.only-jpg, lab4.fallback
import { file, pass, serve, site } from '../gateway.ts';

serve((asked) =>
  site(asked, async (name) => {
    const answer = await pass(process.env.CATALOG, asked);
    return answer.status === 404 ? file('poster', name) : answer;
  }),
);
