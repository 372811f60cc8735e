// fails: lab5.no-plaintext
// ways: options, ranges, localhost, without-host, in-the-redirect, put
// Port 80 redirects what is looked at first, and still shows the site to some.
import { type Asked, file, moved, secureSite, serve, serveSecurely, site } from '../gateway.ts';

const has = ({ rawHeaders }: Asked, name: string) =>
  rawHeaders.some((word, i) => i % 2 === 0 && word.toLowerCase() === name);
const shows: Readonly<Record<string, (asked: Asked) => boolean>> = {
  options: ({ method }) => method === 'OPTIONS',
  ranges: (asked) => has(asked, 'range'),
  localhost: ({ host }) => host === 'localhost',
  'without-host': ({ host }) => host === undefined,
  'in-the-redirect': () => true,
  put: ({ method }) => method === 'PUT',
};

serve(async (asked) => {
  if (!shows[process.argv[2]!]!(asked)) return moved(asked);
  const answer = await site(asked, (name) => file('poster', name));
  return process.argv[2] === 'in-the-redirect' ? { ...moved(asked), body: answer.body ?? '' } : answer;
});
await serveSecurely(secureSite);
