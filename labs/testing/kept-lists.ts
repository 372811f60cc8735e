import { type Answer, type Asked, file, pass, pathOf, serve, site } from './gateway.ts';

/** What a cache of the lists decides, each right but for what a program replaces. */
export interface Policy {
  /** Whether a request may be answered from what is kept, and its answer be kept. */
  mayBeKept(asked: Asked): boolean;
  keyOf(asked: Asked): string;
  isGood(answer: Answer): boolean;
  /** ms */
  readonly lifetime: number;
  /** What X-Cache-Status says. */
  say(truth: 'MISS' | 'HIT' | 'EXPIRED' | 'STALE'): string | undefined;
  readonly together: boolean;
  readonly givesOldOnes: boolean;
  /** Done for each visitor who is answered from what is kept. */
  onHit(asked: Asked): void;
  /** What is kept of an answer. */
  keep(answer: Answer): Answer;
}

const headerOf = ({ rawHeaders = [] }: Pick<Answer, 'rawHeaders'>, name: string) =>
  rawHeaders.find((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === name);

const right: Policy = {
  mayBeKept: (asked) =>
    asked.method === 'GET' && pathOf(asked) === '/discover' && headerOf(asked, 'authorization') === undefined,
  keyOf: ({ target }) => target,
  isGood: (answer) =>
    answer.status === 200 &&
    headerOf(answer, 'set-cookie') === undefined &&
    !/private|no-store/.test(headerOf(answer, 'cache-control') ?? ''),
  lifetime: 5_000,
  say: (truth) => truth,
  together: true,
  givesOldOnes: true,
  onHit: () => {},
  keep: (answer) => answer,
};

/** Lab 8 by a program, right but for the changes. */
export function serveKeptLists(changes: Partial<Policy> = {}): void {
  const policy = { ...right, ...changes };
  const kept = new Map<string, { readonly answer: Answer; readonly until: number }>();
  const asking = new Map<string, Promise<Answer>>();
  const told = (answer: Answer, truth: Parameters<Policy['say']>[0]): Answer => {
    const said = policy.say(truth);
    return {
      ...answer,
      rawHeaders: [...(answer.rawHeaders ?? []), ...(said === undefined ? [] : ['X-Cache-Status', said])],
    };
  };
  serve(async (asked) => {
    if (!policy.mayBeKept(asked)) return site(asked, (name) => file('poster', name));
    const key = policy.keyOf(asked);
    const entry = kept.get(key);
    if (entry !== undefined && performance.now() < entry.until) {
      policy.onHit(asked);
      return told(entry.answer, 'HIT');
    }
    const before = policy.together ? asking.get(key) : undefined;
    if (before !== undefined) {
      const answer = await before;
      if (policy.isGood(answer)) return told(answer, 'HIT');
    }
    const mine = pass(process.env.CATALOG, asked);
    asking.set(key, mine);
    const answer = await mine;
    if (asking.get(key) === mine) asking.delete(key);
    if (answer.status === 502 && answer.failure !== undefined && entry !== undefined && policy.givesOldOnes)
      return told(entry.answer, 'STALE');
    if (policy.isGood(answer))
      kept.set(key, { answer: policy.keep(answer), until: performance.now() + policy.lifetime });
    return told(answer, entry === undefined ? 'MISS' : 'EXPIRED');
  });
}
