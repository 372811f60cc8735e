// fails: lab12.targets, lab12.unix-socket, lab12.live
// ways: always-get, decoded, without-query, empty-query
// Tells the application something else than what was asked for.
import { askSiteOf, parametersOf } from '../app-gateway.ts';
import { serve } from '../gateway.ts';

const way = process.argv[2]!;

serve((asked) => {
  const changed = parametersOf(asked).map(([name, value]) => {
    if (way === 'always-get' && name === 'REQUEST_METHOD' && value !== 'POST') return [name, 'GET'] as const;
    if (way === 'decoded' && name === 'REQUEST_URI') return [name, decodeURI(value)] as const;
    if (way === 'without-query' && name === 'REQUEST_URI') return [name, value.split('?')[0]!] as const;
    if (way === 'empty-query' && name === 'QUERY_STRING') return [name, ''] as const;
    return [name, value] as const;
  });
  return askSiteOf(asked, changed) ?? { status: 404 };
});
