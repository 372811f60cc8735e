import fc from 'fast-check';
import type { GradedAttempt, GradedClass, Student } from '../batch/graded.ts';
import type { LabResult } from '../result.ts';
import { hostileText, madeUpResult } from './made-up-results.ts';

const lab = 'lab3-upstream';

/** A student as a roster with every column makes one. */
export function student(id: string, facts: Partial<Student> = {}): Student {
  return {
    id,
    name: `Student ${id}`,
    number: `s-${id}`,
    username: `u-${id}`,
    email: `${id}@example.org`,
    enrolled: true,
    ...facts,
  };
}

/** An attempt whose verdict is that of the result. */
export function attemptOf(who: Student, result: LabResult, facts: Partial<GradedAttempt> = {}): GradedAttempt {
  return {
    version: 1,
    student: who,
    lab,
    attempt: 1,
    source: `${who.id}/default.conf`,
    kind: 'configuration',
    digests: { submission: 'a', workbook: 'b' },
    versions: { workbook: '1' },
    engine: 'reference',
    seed: result.seed,
    gradedAt: '2030-01-02T03:04:05.000Z',
    durationMs: result.durationMs,
    outcome: result.outcome,
    result,
    points: { before: result.score, after: result.score },
    ...facts,
  };
}

/** A class of one lab. */
export function classOf(attempts: readonly GradedAttempt[], students?: readonly Student[]): GradedClass {
  const worth = attempts[0]?.points.before ?? { possible: 100, stretchPossible: 20 };
  return {
    seed: 1,
    gradedAt: '2030-01-02T03:04:05.000Z',
    policy: 'best',
    students: students ?? [...new Map(attempts.map((one) => [one.student.id, one.student])).values()],
    labs: [{ lab, title: 'A load balancer', possible: worth.possible, stretchPossible: worth.stretchPossible }],
    attempts,
    pairs: [],
  };
}

/** A class with hostile names, several attempts, late ones, refused ones and students without any. */
export const madeUpClass: fc.Arbitrary<GradedClass> = fc
  .array(
    fc.record({
      name: hostileText,
      enrolled: fc.boolean(),
      section: hostileText,
      attempts: fc.array(
        fc.record({
          result: madeUpResult,
          refused: fc.option(hostileText, { freq: 5 }),
          late: fc.option(fc.integer({ min: 1, max: 200_000 })),
          source: hostileText,
        }),
        { maxLength: 2 },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((members) => {
    const students = members.map(({ name, enrolled, section }, i) => student(String(i), { name, enrolled, section }));
    const attempts = members.flatMap(({ attempts: own }, i) =>
      own.map(({ result, refused, late, source }, j): GradedAttempt => {
        const { result: _, ...rest } = attemptOf(students[i]!, result, { attempt: j + 1, source });
        const nothing = { ...result.score, earned: 0, stretchEarned: 0 };
        const half = {
          ...result.score,
          earned: result.score.earned / 2,
          stretchEarned: result.score.stretchEarned / 2,
        };
        if (refused !== null)
          return {
            ...rest,
            outcome: 'refused',
            problem: { kind: 'refused', reason: refused },
            points: { before: nothing, after: nothing },
          };
        if (late === null) return { ...rest, result };
        return {
          ...rest,
          result,
          late: { seconds: late, penalty: 0.5 },
          points: { before: result.score, after: half },
        };
      }),
    );
    return classOf(attempts, students);
  });
