// fails: lab10.headers
// ways: not-on-errors, not-on-files, empty, two-minds, frames-of-a-friend
// Careful on some pages, or in words that no browser knows.
import { hardened, pathOf } from '../gateway.ts';

const way = process.argv[2]!;

function changed(headers: readonly string[], name: string, value: string): readonly string[] {
  return headers.map((word, i) => (i % 2 === 1 && headers[i - 1] === name ? value : word));
}

hardened((answer, asked) => {
  const { rawHeaders = [] } = answer;
  const bare = { ...answer, rawHeaders: ['Content-Type', 'text/html'] };
  if (way === 'not-on-errors') return answer.status >= 400 ? bare : answer;
  if (way === 'not-on-files') return pathOf(asked).startsWith('/poster/') ? bare : answer;
  if (way === 'empty') return { ...answer, rawHeaders: changed(rawHeaders, 'X-Content-Type-Options', '') };
  if (way === 'two-minds') return { ...answer, rawHeaders: changed(rawHeaders, 'X-Frame-Options', 'DENY, SAMEORIGIN') };
  return {
    ...answer,
    rawHeaders: [...rawHeaders, 'Content-Security-Policy', "frame-ancestors 'self' https://friend.example"],
  };
}).listen(Number(process.env.PORT), '127.0.0.1');
