// fails: lab11.compression
// ways: for-all, pictures, other-content, no-vary
// Compressed, but not what should be, or not for who asks for it.
import { crew, packed, packedAnyway } from '../crew.ts';

const way = process.argv[2]!;

crew({
  packs(answer, asked) {
    if (way === 'for-all') return asked.target.startsWith('/poster/') ? answer : packedAnyway(answer);
    if (way === 'pictures' && asked.target.startsWith('/poster/')) return packedAnyway(answer);
    const right = packed(answer, asked);
    if (right === answer) return answer;
    if (way === 'other-content') return packedAnyway({ ...answer, body: '{}' });
    if (way === 'no-vary') return { ...right, rawHeaders: right.rawHeaders!.slice(0, -2) };
    return right;
  },
});
