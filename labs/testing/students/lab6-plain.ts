import { nameOf, serve, siteOf } from '../gateway.ts';

serve((asked) => siteOf(nameOf(asked).replace(/\.$/, ''), asked) ?? { status: 421 });
