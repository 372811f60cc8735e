// fails: lab4.not-the-app, lab4.missing-poster, lab4.caching, lab4.only-jpg, lab4.fallback
// Posters come from the folder, and the application hears of each, by another address.
import { file, pass, serve, site } from '../gateway.ts';

serve((asked) =>
  site(asked, (name) => {
    void pass(process.env.CATALOG, asked, { method: 'POST', target: `/count?poster=${name}` });
    return file('poster', name);
  }),
);
