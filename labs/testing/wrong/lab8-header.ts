// fails: lab8.status-header
// ways: always-hit, nothing, never-expired, the-other-way-round
// What the header says is not what happened.
import { serveKeptLists } from '../kept-lists.ts';

const ways: Readonly<Record<string, (truth: string) => string | undefined>> = {
  'always-hit': () => 'HIT',
  nothing: () => undefined,
  'never-expired': (truth) => (truth === 'EXPIRED' ? 'HIT' : truth),
  'the-other-way-round': (truth) => (truth === 'HIT' ? 'MISS' : 'HIT'),
};

serveKeptLists({ say: (truth) => ways[process.argv[2]!]!(truth) });
