import type { GradedAttempt } from '../graded.ts';

/** What a second verdict on the same attempt says otherwise. */
export interface Difference {
  readonly before: GradedAttempt;
  readonly after: GradedAttempt;
  /** Each thing that is not the same, in words: `lab3.keepalive: passed, now failed`. */
  readonly changes: readonly string[];
}

/** Compares the verdicts on two attempts; undefined when they are the same. Times and texts may differ, verdicts not. */
export function differenceBetween(before: GradedAttempt, after: GradedAttempt): Difference | undefined {
  const changes: string[] = [];
  const say = (what: string, old: string | undefined, now: string | undefined) => {
    if (old !== now) changes.push(`${what}: ${old ?? 'not graded'}, now ${now ?? 'not graded'}`);
  };
  say('outcome', before.outcome, after.outcome);
  say('problem', before.problem?.kind, after.problem?.kind);
  const old = new Map(before.result?.objectives.map((objective) => [objective.id, objective]));
  const now = new Map(after.result?.objectives.map((objective) => [objective.id, objective]));
  for (const id of new Set([...old.keys(), ...now.keys()])) say(id, old.get(id)?.outcome, now.get(id)?.outcome);
  const points = ({ earned, stretchEarned }: GradedAttempt['points']['before']) => `${earned}+${stretchEarned}`;
  say('points', points(before.points.before), points(after.points.before));
  if (changes.length === 0) return undefined;
  if (before.engine !== after.engine) changes.push(`engine: ${before.engine}, now ${after.engine}`);
  if (before.digests.workbook !== after.digests.workbook) changes.push('the workbook has changed since');
  return { before, after, changes };
}
