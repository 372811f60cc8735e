// fails: lab8.hit
// ways: asks-all-the-same, asks-later, each-visitor, each-agent, never, body-alone
// The application is asked for what is kept, or nothing is kept for others, or not all of an answer.
import { pass } from '../gateway.ts';
import { serveKeptLists } from '../kept-lists.ts';

const way = process.argv[2];
const again = way?.startsWith('asks') === true;

let number = 0;
serveKeptLists({
  ...(again && {
    onHit: (asked) => {
      if (way === 'asks-later') setImmediate(() => pass(process.env.CATALOG, asked));
      else void pass(process.env.CATALOG, asked);
    },
  }),
  ...(way === 'each-visitor' && { keyOf: ({ target, socket }) => `${socket.remoteAddress} ${target}` }),
  ...(way === 'each-agent' && { keyOf: ({ target, socket }) => `${socket.remotePort} ${target}` }),
  ...(way === 'body-alone' && { keep: (answer) => ({ ...answer, rawHeaders: ['Content-Type', 'text/plain'] }) }),
  ...(way === 'never' && { keyOf: ({ target }) => `${number++} ${target}` }),
});
