// fails: lab8.query
// ways: no-case, first-parameter, fifty-letters
// Part of the question is forgotten.
import { serveKeptLists } from '../kept-lists.ts';

const ways: Readonly<Record<string, (target: string) => string>> = {
  'no-case': (target) => target.toLowerCase(),
  'first-parameter': (target) => target.replace(/^(.*?n=\w+).*/, '$1'),
  'fifty-letters': (target) => target.replace(/type=\w+/, ''),
};

serveKeptLists({ keyOf: ({ target }) => ways[process.argv[2]!]!(target) });
