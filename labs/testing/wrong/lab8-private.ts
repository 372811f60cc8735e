// fails: lab8.private
// ways: cookies, no-store, waits-for-it
// What is meant for one visitor is given to the next.
import { serveKeptLists } from '../kept-lists.ts';

const ways: Readonly<Record<string, RegExp>> = {
  cookies: /^private|no-store/i,
  'no-store': /^set-cookie$|^private/i,
  'waits-for-it': /^set-cookie$|^no-store/i,
};

serveKeptLists({
  isGood: ({ status, rawHeaders = [] }) =>
    status === 200 && !rawHeaders.some((word) => ways[process.argv[2]!]!.test(word)),
});
