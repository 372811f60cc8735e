import { describe, expect, it } from 'vitest';
import { mixed } from '../../testing/fake-result.ts';
import { madeAttempt } from '../testing/attempt.ts';
import { differenceBetween } from './differences.ts';

const before = madeAttempt('ada', 1, 60, { result: mixed });

describe('a second verdict', () => {
  it('is the same when only times and texts differ', () => {
    const [first, ...others] = mixed.objectives;
    const slower = { ...mixed, durationMs: 9999, objectives: [{ ...first!, received: 'other words' }, ...others] };
    expect(
      differenceBetween(before, { ...before, gradedAt: 'later', durationMs: 9999, result: slower }),
    ).toBeUndefined();
  });

  it('is shown with every objective, point and outcome that is not the same, and what else has changed', () => {
    const [first, ...others] = mixed.objectives;
    const now = madeAttempt('ada', 1, 0, {
      outcome: 'refused',
      problem: { kind: 'refused', reason: 'x' },
      engine: 'nginx',
      digests: { submission: '', workbook: 'new' },
      result: {
        ...mixed,
        objectives: [{ ...first!, outcome: first!.outcome === 'passed' ? 'failed' : 'passed' }, ...others],
      },
    });
    expect(differenceBetween(before, now)?.changes).toEqual([
      'outcome: failed, now refused',
      'problem: not graded, now refused',
      expect.stringContaining(`${first!.id}: ${first!.outcome}, now `),
      'points: 60+0, now 0+0',
      'engine: reference, now nginx',
      'the workbook has changed since',
    ]);
  });
});
