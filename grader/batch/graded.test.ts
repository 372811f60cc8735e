import { describe, expect, it } from 'vitest';
import { countingAttempts, type GradedAttempt } from './graded.ts';

const score = (earned: number) => ({ earned, possible: 100, stretchEarned: 0, stretchPossible: 20 });

function attempt(id: string, number: number, earned: number, rest: Partial<GradedAttempt> = {}): GradedAttempt {
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
    points: { before: score(earned), after: score(earned) },
    ...rest,
  };
}

const chosen = (policy: 'best' | 'last', attempts: GradedAttempt[]) =>
  countingAttempts({ policy, attempts }).map(({ student, attempt }) => [student.id, attempt]);

describe('the attempt that counts', () => {
  const attempts = [attempt('ada', 1, 40), attempt('ada', 2, 100), attempt('ada', 3, 60), attempt('bo', 1, 0)];

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
    const late = attempt('ada', 4, 100, { points: { before: score(100), after: score(50) } });
    expect(chosen('best', [attempt('ada', 3, 60), late])).toEqual([['ada', 3]]);
  });

  it('is never one on which the grader itself failed, while there is another', () => {
    const broken = attempt('ada', 4, 0, { outcome: 'error' });
    expect(chosen('last', [...attempts, broken])[0]).toEqual(['ada', 3]);
    expect(chosen('last', [broken])).toEqual([['ada', 4]]);
  });

  it('is one for each lab', () => {
    const other = attempt('ada', 1, 10, { lab: 'lab4-static-posters' });
    expect(chosen('last', [...attempts, other])).toHaveLength(3);
  });
});
