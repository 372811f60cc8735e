// fails: lab6.posters
// ways: from-startup, tells-the-catalog, under-poster
// posters.test has no files, or not only files.
import { readdirSync } from 'node:fs';
import { file, nameOf, pass, pathOf, serve, siteOf } from '../gateway.ts';

const atFirst = readdirSync(process.env.POSTER_DIR!);
const way = process.argv[2];

serve(async (asked) => {
  if (nameOf(asked) !== 'posters.test') return siteOf(nameOf(asked), asked) ?? { status: 404 };
  const name = pathOf(asked).slice(1);
  if (way === 'from-startup' && !atFirst.includes(name)) return { status: 404 };
  if (way === 'under-poster') return name.startsWith('poster/') ? file('poster', name) : { status: 404 };
  const answer = await file('poster', name);
  return way === 'tells-the-catalog' && answer.status === 404 ? pass(process.env.CATALOG, asked) : answer;
});
