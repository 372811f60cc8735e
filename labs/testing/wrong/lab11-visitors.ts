// fails: lab11.sticky
// ways: wander, all-to-one, by-all-cookies
// Visitors come to both instances, all of them to the same one, or each to whichever all of his cookies lead to.
import { crew, inTurn, sumOf } from '../crew.ts';
import { headerOf } from '../gateway.ts';

const way = process.argv[2]!;
const { CATALOG_1 = '', CATALOG_2 = '' } = process.env;
let turn = 0;

crew({
  asks(asked) {
    if (!asked.target.startsWith('/whoami')) return inTurn(asked);
    if (way === 'by-all-cookies') return sumOf(headerOf(asked, 'cookie')) % 2 === 0 ? [CATALOG_1] : [CATALOG_2];
    return way === 'wander' && turn++ % 2 === 0 ? [CATALOG_2] : [CATALOG_1];
  },
});
