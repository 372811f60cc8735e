// fails: lab11.sticky
// ways: wander, all-to-one
// Visitors come to both instances, or all of them to the same one.
import { crew, inTurn } from '../crew.ts';

const way = process.argv[2]!;
const { CATALOG_1 = '', CATALOG_2 = '' } = process.env;
let turn = 0;

crew({
  asks(asked) {
    if (!asked.target.startsWith('/whoami')) return inTurn(asked);
    return way === 'wander' && turn++ % 2 === 0 ? [CATALOG_2] : [CATALOG_1];
  },
});
