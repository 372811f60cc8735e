import type { GradedAttempt } from '../graded.ts';

/** A graded attempt of lab 3, for tests of what is made of them. */
export function madeAttempt(
  id: string,
  number: number,
  earned: number,
  rest: Partial<GradedAttempt> = {},
): GradedAttempt {
  const score = { earned, possible: 100, stretchEarned: 0, stretchPossible: 20 };
  return {
    version: 1,
    student: { id, enrolled: true },
    lab: 'lab3-upstream',
    attempt: number,
    source: `${id}/${number}`,
    kind: 'configuration',
    digests: { submission: '', workbook: '' },
    versions: { workbook: '0' },
    engine: 'reference',
    seed: 1,
    gradedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 1,
    outcome: earned === 100 ? 'passed' : 'failed',
    points: { before: score, after: score },
    ...rest,
  };
}
