import type { Contender } from './contenders.ts';
import type { Rival, Row } from './family.ts';
import { type Measured, median } from './measure.ts';

/** What came of one row beside one other server; medians of all pairs. */
export interface Compared {
  readonly rival: Rival;
  readonly own: Measured;
  readonly theirs: Measured;
  /** Ours divided by theirs. */
  readonly ratio: number;
  readonly cpuRatio: number;
}

/** How much time goes into it. */
export interface Effort {
  readonly pairs: number;
  readonly seconds: number;
  /** Most runs before the first that counts. */
  readonly warming: number;
}

/** Measures in pairs, each right after another, so that a noisy machine disturbs both. */
export async function compare(
  row: Row,
  ours: Contender,
  other: Contender,
  { pairs, seconds, warming }: Effort,
): Promise<Compared> {
  const own: Measured[] = [];
  const theirs: Measured[] = [];
  if (row.start !== 'cold') {
    await warm(() => row.measure(other, seconds), warming);
    await warm(() => row.measure(ours, seconds), warming);
  }
  for (let i = 0; i < (row.start === 'cold' ? 1 : pairs); i++) {
    theirs.push(await row.measure(other, seconds));
    own.push(await row.measure(ours, seconds));
  }
  const middle = (list: readonly Measured[]): Measured => ({
    value: median(list.map(({ value }) => value)),
    cpu: median(list.map(({ cpu = Number.NaN }) => cpu)),
  });
  return {
    rival: other.name as Rival,
    own: middle(own),
    theirs: middle(theirs),
    ratio: median(own.map(({ value }, i) => value / theirs[i]!.value)),
    cpuRatio: median(own.map(({ cpu = Number.NaN }, i) => cpu / (theirs[i]!.cpu ?? Number.NaN))),
  };
}

/** Caches fill and code is compiled until a request no longer takes a tenth less CPU time than in the run before. */
async function warm(once: () => Promise<Measured>, most: number): Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  for (let i = 0; i < most; i++) {
    const { cpu = 0 } = await once();
    if (cpu > before * 0.9) return;
    before = cpu;
  }
}
