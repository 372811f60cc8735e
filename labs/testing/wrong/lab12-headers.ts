// fails: lab12.headers-and-bodies, lab12.unix-socket, lab12.live
// ways: some, no-cookies, no-type, another-host
// Headers that the application never sees, or sees changed.
import { askSiteOf, parametersOf } from '../app-gateway.ts';
import { serve } from '../gateway.ts';

const way = process.argv[2]!;
const lost: Readonly<Record<string, RegExp>> = {
  some: /^HTTP_X_FILM/,
  'no-cookies': /^HTTP_COOKIE$/,
  'no-type': /^CONTENT_TYPE$/,
};

serve((asked) => {
  const kept = parametersOf(asked).filter(([name]) => lost[way]?.test(name) !== true);
  const changed = kept.map(
    ([name, value]) => [name, way === 'another-host' && name === 'HTTP_HOST' ? 'localhost' : value] as const,
  );
  return askSiteOf(asked, changed) ?? { status: 404 };
});
