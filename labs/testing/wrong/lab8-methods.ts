// fails: lab8.methods
// ways: posts, other-pages, posts-to-lists
// More than the lists is answered from memory.
import { pathOf } from '../gateway.ts';
import { serveKeptLists } from '../kept-lists.ts';

const way = process.argv[2];
const list = /^\/discover$/;

serveKeptLists({
  mayBeKept: (asked) => {
    const known = asked.rawHeaders.some((word) => /^authorization$/i.test(word));
    if (known) return false;
    if (way === 'posts') return list.test(pathOf(asked)) ? asked.method === 'GET' : asked.method === 'POST';
    if (way === 'other-pages') return asked.method === 'GET' && pathOf(asked) !== '/status';
    return list.test(pathOf(asked));
  },
  ...(way !== 'posts-to-lists' && { keyOf: ({ method, target }) => `${method} ${target}` }),
  ...(way === 'posts' && {
    isGood: ({ status, rawHeaders = [] }) =>
      (status === 200 || status === 400) && !rawHeaders.some((word) => /^set-cookie$|^private|no-store/i.test(word)),
  }),
});
