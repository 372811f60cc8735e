import { eventually, type Trial } from '../../../grader/index.ts';

/** ms for a request to arrive, on a very busy machine. */
const patience = 20_000;

/** All that may answer: the two that do the work, and the one that waits. */
export function everyInstance({ world }: Trial) {
  return (['catalog-1', 'catalog-2', 'catalog'] as const).map((name) => world.application(name));
}

/** A page whose answer every instance keeps back until it is released. */
export interface SlowPage {
  readonly path: string;
  /** Until so many have asked for it. */
  arrived(count?: number): Promise<unknown>;
  release(): void;
}

export function slowPage(trial: Trial): SlowPage {
  const { random, signal } = trial;
  const path = `/slow-${random.word(8)}`;
  const all = everyInstance(trial);
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
