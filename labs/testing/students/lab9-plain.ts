// fails: lab9.session, lab9.from-inside
import { guarded, isListed, serve } from '../gateway.ts';

serve((asked) => guarded(asked, isListed));
