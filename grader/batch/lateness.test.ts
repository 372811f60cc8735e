import { describe, expect, it } from 'vitest';
import { latenessOf, noPenalty, parseDeadlines, parsePenalty } from './lateness.ts';

const labOf = (word: string) => (word === 'lab3' ? 'lab3-upstream' : word);
const deadlines = parseDeadlines(['2026-03-01T12:00Z'], labOf);
const penaltyAt = (time: string, penalty: string) =>
  latenessOf({ lab: 'lab3-upstream', submittedAt: time }, deadlines, parsePenalty(penalty));

describe('a late submission', () => {
  it('costs nothing up to the deadline itself', () => {
    expect(penaltyAt('2026-03-01T12:00:00Z', '10%/day')).toBeUndefined();
    expect(penaltyAt('2026-02-28T12:00:00Z', '10%/day')).toBeUndefined();
  });

  it('costs a share for each unit that has begun', () => {
    expect(penaltyAt('2026-03-01T12:00:01Z', '10%/day')).toEqual({ seconds: 1, penalty: 0.1 });
    expect(penaltyAt('2026-03-02T12:00:00Z', '10%/day')).toEqual({ seconds: 86_400, penalty: 0.1 });
    expect(penaltyAt('2026-03-02T12:00:01Z', '10%/day')).toEqual({ seconds: 86_401, penalty: 0.2 });
    expect(penaltyAt('2026-03-01T14:30:00Z', '5%/hour')?.penalty).toBeCloseTo(0.15);
  });

  it('never costs more than the most, nor more than all', () => {
    expect(penaltyAt('2026-04-01T12:00:00Z', '10%/day,max=50%')?.penalty).toBe(0.5);
    expect(penaltyAt('2026-04-01T12:00:00Z', '10%/day')?.penalty).toBe(1);
  });

  it('costs the same however late, without a unit', () => {
    expect(penaltyAt('2027-03-01T12:00:00Z', '20%')?.penalty).toBe(0.2);
  });

  it('is forgiven within the grace, and counted from the deadline after it', () => {
    expect(penaltyAt('2026-03-01T12:15:00Z', '10%/hour, grace=15m')).toEqual({ seconds: 900, penalty: 0 });
    expect(penaltyAt('2026-03-01T13:00:01Z', '10%/hour, grace=15m')?.penalty).toBe(0.2);
  });

  it('is reported without a penalty, too', () => {
    const late = latenessOf({ lab: 'x', submittedAt: '2026-03-02T12:00:00Z' }, deadlines, noPenalty);
    expect(late).toEqual({ seconds: 86_400, penalty: 0 });
  });

  it('that only the system knows to be late counts as just late', () => {
    const late = latenessOf({ lab: 'x', markedLate: true }, deadlines, parsePenalty('10%/day'));
    expect(late).toEqual({ seconds: 1, penalty: 0.1 });
  });

  it('of a lab with a deadline of its own is measured by that', () => {
    const own = parseDeadlines(['2026-03-01T12:00Z', 'lab3=2026-03-08T12:00Z'], labOf);
    const at = { submittedAt: '2026-03-05T12:00:00Z' };
    expect(latenessOf({ lab: 'lab3-upstream', ...at }, own, noPenalty)).toBeUndefined();
    expect(latenessOf({ lab: 'lab4-static-posters', ...at }, own, noPenalty)?.seconds).toBe(4 * 86_400);
  });

  it('a date alone means the end of that day', () => {
    expect(parseDeadlines(['2026-03-01'], labOf).all).toBe(new Date(2026, 2, 1, 23, 59, 59).getTime());
  });

  it.for(['10', '10%/month', '-5%', '200%', '10%/day,max=500%', '10%/day,foo=1', ''])(
    'penalty "%s" is refused',
    (text) => {
      expect(() => parsePenalty(text)).toThrow(/write 10%\/day/);
    },
  );

  it.for(['tomorrow', '01.03.2026', '2026-13-45'])('deadline "%s" is refused', (text) => {
    expect(() => parseDeadlines([text], labOf)).toThrow(/write 2026-/);
  });
});
