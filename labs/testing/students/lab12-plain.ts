// fails: lab12.unix-socket, lab12.live
// Over HTTP alone, with a hand of its own for both protocols.
import { askSiteOf } from '../app-gateway.ts';
import { serve } from '../gateway.ts';

serve((asked) => askSiteOf(asked) ?? { status: 404 });
