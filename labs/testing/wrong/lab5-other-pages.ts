// fails: lab5.redirect, lab5.verbatim
// ways: slash-at-end, relative, decoded
// A Location with another path, or with no scheme.
import { type Asked, secureSite, serve, serveSecurely } from '../gateway.ts';

const ways: Readonly<Record<string, (asked: Asked) => string>> = {
  'slash-at-end': ({ host, target }) => `https://${host}${target.replace(/(?<=[^/])(?=\?|$)/, '/')}`,
  relative: ({ host, target }) => `//${host}${target}`,
  decoded: ({ host, target }) => `https://${host}${decodeURIComponent(target).replace(/[^ -~]/g, '_')}`,
};

serve((asked) => ({ status: 301, rawHeaders: ['Location', ways[process.argv[2]!]!(asked)] }));
await serveSecurely(secureSite);
