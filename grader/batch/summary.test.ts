import { describe, expect, it } from 'vitest';
import { mixed, notStarted } from '../testing/fake-result.ts';
import type { GradedAttempt, GradedClass } from './graded.ts';
import { summary } from './summary.ts';
import { madeAttempt } from './testing/attempt.ts';

const plain = { colour: false, width: 80 };

function classOf(attempts: readonly GradedAttempt[], rest: Partial<GradedClass> = {}): GradedClass {
  return {
    seed: 1,
    gradedAt: '2026-01-01T00:00:00.000Z',
    policy: 'best',
    students: [...new Map(attempts.map(({ student }) => [student.id, student])).values()],
    labs: [{ lab: 'lab3-upstream', title: 'A load balancer', possible: 100, stretchPossible: 20 }],
    attempts,
    pairs: [],
    ...rest,
  };
}

describe('the summary of a class', () => {
  it('counts outcomes of the attempts that count, late ones, and who handed in nothing', () => {
    const text = summary(
      classOf(
        [
          madeAttempt('ada', 1, 20),
          madeAttempt('ada', 2, 100, { late: { seconds: 5, penalty: 0 } }),
          madeAttempt('bo', 1, 60),
          madeAttempt('cy', 1, 0, {
            outcome: 'refused',
            problem: { kind: 'refused', reason: 'it leads out', file: 'a.conf', line: 3 },
          }),
        ],
        { students: ['ada', 'bo', 'cy', 'di'].map((id) => ({ id, enrolled: true })) },
      ),
      plain,
    );
    expect(text).toContain('3 students, 1 passed, 1 not, 1 refused, 1 late, 1 handed in nothing');
    expect(text).toContain('mean 53.3, median 60 of 100 (+20)');
    expect(text).toContain('cy, lab3: a.conf:3: it leads out');
  });

  it('names who handed in nothing, who is not in the roster, and whose server was not reached', () => {
    const away = { kind: 'unreachable', reason: 'http://a.test could not be reached' } as const;
    const attempts = [madeAttempt('ada', 1, 100), madeAttempt('eve', 1, 0, { problem: away })];
    const students = ['ada', 'bo', 'eve'].map((id) => ({ id, enrolled: id !== 'eve' }));
    const text = summary(classOf(attempts, { students }), plain);
    expect(text).toContain('handed in nothing\n  bo, lab3\n');
    expect(text).toContain('handed in, but not in the roster\n  eve\n');
    expect(text).toContain('eve, lab3: http://a.test could not be reached');
    const withoutRoster = students.map(({ id }) => ({ id, enrolled: false }));
    expect(summary(classOf(attempts, { students: withoutRoster }), plain)).not.toContain('roster');
  });

  it('draws how the points are spread, with the longest bar for the most', () => {
    const attempts = ['a', 'b', 'c', 'd', 'e'].map((id, at) => madeAttempt(id, 1, at < 4 ? 100 : 35));
    const bars = summary(classOf(attempts), plain)
      .split('\n')
      .filter((line) => line.includes('█'));
    expect(bars.map((line) => line.trim().replace(/█+/, (bar) => String(bar.length)))).toEqual([
      '30-39 10 1',
      '100+ 40 4',
    ]);
  });

  it('names the objectives that most failed, with the commonest cause', () => {
    const distribution = mixed.objectives.find(({ outcome }) => outcome === 'failed')!;
    const because = (text: string) => ({ ...mixed, objectives: [{ ...distribution, because: text }] });
    const text = summary(
      classOf([
        madeAttempt('a', 1, 0, { result: because('the weight of 127.0.0.1:8081 is 2') }),
        madeAttempt('b', 1, 0, { result: because('the weight of 127.0.0.1:8082 is 3') }),
        madeAttempt('c', 1, 0, { result: because('something else') }),
        madeAttempt('d', 1, 0, { result: notStarted }),
      ]),
      plain,
    );
    expect(text).toMatch(
      new RegExp(`3 {2}${distribution.id} {2}[^:]*\\n +2 of them: the weight of 127\\.0\\.0\\.1:8081 is 2`),
    );
    expect(text).toMatch(/1 {2}startup {2}The server starts\.\n.*1 of them: invalid number of arguments/);
  });

  it('shows look-alikes by their names', () => {
    const pair = {
      lab: 'lab3-upstream',
      first: { student: 'a', attempt: 1, source: 'a' },
      second: { student: 'b', attempt: 1, source: 'b' },
      similarity: 1,
      because: 'the same files, byte for byte',
    };
    const students = [
      { id: 'a', name: 'Ada', enrolled: true },
      { id: 'b', name: 'Bo', enrolled: true },
    ];
    expect(summary(classOf([], { students, pairs: [pair] }), plain)).toContain(
      'Ada and Bo, lab3: the same files, byte for byte',
    );
  });

  it('shows what a student’s name would do to the terminal, and does not do it; long lines are broken at words', () => {
    const student = { id: 'x', name: 'X\u001b[2J', enrolled: true };
    const problem = { kind: 'refused', reason: `it is ${'very '.repeat(25)}wrong` } as const;
    const text = summary(classOf([madeAttempt('x', 1, 0, { student, outcome: 'refused', problem })]), plain);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('very wrong');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('has colours only when they are wanted', () => {
    const graded = classOf([madeAttempt('a', 1, 100)]);
    expect(summary(graded, plain)).not.toContain('\u001b');
    expect(summary(graded, { ...plain, colour: true })).toContain('\u001b[1mLab 3');
  });
});
