// fails: lab12.client-address, lab12.unix-socket, lab12.live
// ways: none, its-own, forwarded-when-there
// The application takes somebody else for its visitor.
import { askSiteOf, parametersOf } from '../app-gateway.ts';
import { headerOf, serve } from '../gateway.ts';

const way = process.argv[2]!;

serve((asked) => {
  const told = parametersOf(asked).flatMap(([name, value]) => {
    if (name !== 'REMOTE_ADDR') return [[name, value] as const];
    if (way === 'none') return [];
    if (way === 'its-own') return [[name, '127.0.0.1'] as const];
    return [[name, headerOf(asked, 'x-forwarded-for') || value] as const];
  });
  return askSiteOf(asked, told) ?? { status: 404 };
});
