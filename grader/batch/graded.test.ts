import { describe, expect, it } from 'vitest';
import { countingAttempts, type GradedAttempt } from './graded.ts';
import { madeAttempt } from './testing/attempt.ts';

const score = (earned: number) => ({ earned, possible: 100, stretchEarned: 0, stretchPossible: 20 });

const chosen = (policy: 'best' | 'last', attempts: GradedAttempt[]) =>
  countingAttempts({ policy, attempts }).map(({ student, attempt }) => [student.id, attempt]);

describe('the attempt that counts', () => {
  const attempts = [
    madeAttempt('ada', 1, 40),
    madeAttempt('ada', 2, 100),
    madeAttempt('ada', 3, 60),
    madeAttempt('bo', 1, 0),
  ];

  it('is the best one', () => {
    expect(chosen('best', attempts)).toEqual([
      ['ada', 2],
      ['bo', 1],
    ]);
  });

  it('is the last one', () => {
    expect(chosen('last', attempts)).toEqual([
      ['ada', 3],
      ['bo', 1],
    ]);
  });

  it('is measured after the penalty for lateness', () => {
    const late = madeAttempt('ada', 4, 100, { points: { before: score(100), after: score(50) } });
    expect(chosen('best', [madeAttempt('ada', 3, 60), late])).toEqual([['ada', 3]]);
  });

  it('is never one on which the grader itself failed, while there is another', () => {
    const broken = madeAttempt('ada', 4, 0, { outcome: 'error' });
    expect(chosen('last', [...attempts, broken])[0]).toEqual(['ada', 3]);
    expect(chosen('last', [broken])).toEqual([['ada', 4]]);
  });

  it('is one for each lab', () => {
    const other = madeAttempt('ada', 1, 10, { lab: 'lab4-static-posters' });
    expect(chosen('last', [...attempts, other])).toHaveLength(3);
  });
});
