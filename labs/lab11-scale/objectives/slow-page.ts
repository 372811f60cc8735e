import { eventually, type Trial } from '../../../grader/index.ts';

/** ms for a request to arrive, on a very busy machine. */
const patience = 20_000;

/** A page whose answer every instance keeps back until it is released. */
export interface SlowPage {
  readonly path: string;
  /** Until so many have asked for it. */
  arrived(count?: number): Promise<unknown>;
  release(): void;
}

export function slowPage({ random, signal, world }: Trial): SlowPage {
  const path = `/slow-${random.word(8)}`;
  const all = (['catalog-1', 'catalog-2', 'catalog'] as const).map((name) => world.application(name));
  let held = all.map((one) => {
    one.answer(path, { status: 200, body: 'done' });
    return one.hold(path);
  });
  return {
    path,
    arrived: (count = 1) =>
      eventually(
        async () => all.flatMap(({ seen }) => seen.filter(({ target }) => target === path)).length,
        (arrived) => arrived >= count,
        patience,
        signal,
      ),
    release() {
      for (const go of held) go();
      held = [];
      for (const one of all) one.answer(path, undefined);
    },
  };
}
