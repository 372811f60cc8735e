// fails: lab12.targets, lab12.headers-and-bodies, lab12.client-address, lab12.answers, lab12.unix-socket, lab12.live
// Asks the application twice, and throws one answer away.
import { askSiteOf } from '../app-gateway.ts';
import { serve } from '../gateway.ts';

serve(async (asked) => {
  await askSiteOf(asked);
  return (await askSiteOf(asked)) ?? { status: 404 };
});
