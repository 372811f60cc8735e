import type { LabResult, Outcome } from '../result.ts';
import { rows } from './rows.ts';

/** What every format says alike: points and tests, over all results of a report. */
export interface Totals {
  readonly earned: number;
  readonly possible: number;
  readonly stretchEarned: number;
  readonly stretchPossible: number;
  /** Objectives, and failures of the lab that no objective shows. */
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Objectives that the grader itself could not finish. */
  readonly errors: number;
}

export function totals(results: readonly LabResult[]): Totals {
  const sum = (of: (result: LabResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const count = (outcome: Outcome): number =>
    sum((result) => rows(result).filter((row) => row.outcome === outcome).length);
  return {
    earned: sum(({ score }) => score.earned),
    possible: sum(({ score }) => score.possible),
    stretchEarned: sum(({ score }) => score.stretchEarned),
    stretchPossible: sum(({ score }) => score.stretchPossible),
    tests: sum((result) => rows(result).length),
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    errors: count('error'),
  };
}
