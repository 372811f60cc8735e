import type { LabResult, ObjectiveResult, Score } from '../result.ts';

/** Sums of the objectives' points. What a target can't show (a live server, say) counts neither way: 0 possible. */
export function score(objectives: readonly ObjectiveResult[]): Score {
  const sum = (kind: 'core' | 'stretch', which: 'earned' | 'possible'): number =>
    objectives.reduce((total, { points, kind: own }) => (own === kind ? total + points[which] : total), 0);
  return {
    earned: sum('core', 'earned'),
    possible: sum('core', 'possible'),
    stretchEarned: sum('stretch', 'earned'),
    stretchPossible: sum('stretch', 'possible'),
  };
}

/**
 * The outcome of a lab. `error` when the grader failed somewhere, or wasn't allowed to finish before anything was
 * failed; `failed` when a core objective failed; `passed` when every core objective that this target can show passed,
 * and there was at least one.
 */
export function labOutcome(
  objectives: readonly ObjectiveResult[],
  unfinished: ReadonlySet<string>,
): LabResult['outcome'] {
  const core = objectives.filter(({ kind }) => kind === 'core');
  const relevant = core.length > 0 ? core : objectives;
  if (objectives.some(({ outcome }) => outcome === 'error')) return 'error';
  if (relevant.some(({ outcome }) => outcome === 'failed')) return 'failed';
  if (relevant.some(({ id }) => unfinished.has(id))) return 'error';
  const counted = relevant.filter(({ points }) => points.possible > 0);
  if (counted.length === 0) return relevant.some(({ outcome }) => outcome === 'passed') ? 'passed' : 'error';
  return counted.every(({ outcome }) => outcome === 'passed') ? 'passed' : 'failed';
}
