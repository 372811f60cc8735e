// fails: lab5.redirect
// ways: post-without-query, known-names, see-other-for-post, other-port, one-name
// A Location that leads elsewhere, for some of the requests.
import { type Answer, type Asked, moved, secureSite, serve, serveSecurely } from '../gateway.ts';

const to = (location: string): Answer => ({ status: 301, rawHeaders: ['Location', location] });
const ways: Readonly<Record<string, (asked: Asked) => Answer>> = {
  'post-without-query': (asked) =>
    moved(asked.method === 'POST' ? { ...asked, target: asked.target.split('?')[0]! } : asked),
  'known-names': (asked) => (/^(www\.)?catalog\.test$/.test(asked.host ?? '') ? moved(asked) : { status: 404 }),
  'see-other-for-post': (asked) => (asked.method === 'POST' ? { ...moved(asked), status: 303 } : moved(asked)),
  'other-port': ({ host, target }) => to(`https://${host}:8443${target}`),
  'one-name': (asked) => moved({ ...asked, host: 'catalog.test' }),
};

serve((asked) => ways[process.argv[2]!]!(asked));
await serveSecurely(secureSite);
