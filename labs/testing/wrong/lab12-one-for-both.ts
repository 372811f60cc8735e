// fails: lab12.fastcgi, lab12.unix-socket, lab12.live
// Both sites are the program in Python.
import { askSiteOf } from '../app-gateway.ts';
import { serve } from '../gateway.ts';

serve((asked) => askSiteOf({ ...asked, host: 'catalog.test' }) ?? { status: 404 });
