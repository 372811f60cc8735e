// fails: lab11.failover
// ways: forgets, no-spare, spare-works-too
// An instance that fails is asked again and again, nobody takes over, or somebody does who should not.
import { crew, inTurn } from '../crew.ts';

const way = process.argv[2]!;
const spare = process.env.CATALOG!;
let turn = 0;

crew({
  forgets: way === 'forgets',
  asks(asked) {
    const all = inTurn(asked);
    if (way === 'no-spare') return all.filter((address) => address !== spare);
    if (way === 'spare-works-too' && all.includes(spare) && turn++ % 3 === 0) return [spare, ...all.slice(0, 2)];
    return all;
  },
});
