// fails: lab2.paths-and-queries
// ways: plus-as-space, space-as-plus, sorted-query, no-empty-values, no-final-slash
// The application is asked for another address than the client's.
import { pass, serve } from '../gateway.ts';

const change: Readonly<Record<string, (path: string, query: string) => string>> = {
  'plus-as-space': (path, query) => path + query.replaceAll('+', '%20'),
  'space-as-plus': (path, query) => path + query.replaceAll('%20', '+'),
  'sorted-query': (path, query) =>
    path + query.replace(/\?(.*)/, (_, all: string) => `?${all.split('&').sort().join('&')}`),
  'no-empty-values': (path, query) => path + query.replace(/&[^&=]+=(?=&|$)/g, ''),
  'no-final-slash': (path, query) => (path === '/' ? path : path.replace(/\/$/, '')) + query,
};

serve((asked) => {
  const [, path = '', query = ''] = /^([^?]*)(.*)$/.exec(asked.target) ?? [];
  return pass(process.env.CATALOG, asked, { target: change[process.argv[2]!]!(path, query) });
});
