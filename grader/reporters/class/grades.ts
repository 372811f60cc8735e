import {
  countingAttempts,
  finalPoints,
  type GradedAttempt,
  type GradedClass,
  type Student,
} from '../../batch/graded.ts';

/** What a student has at one lab: the attempt that counts, among how many. */
export interface Grade {
  readonly attempt: GradedAttempt;
  readonly attempts: number;
}

/** Looks up what counts. */
export type Grades = (student: Pick<Student, 'id'>, lab: string) => Grade | undefined;

export function gradesOf(graded: GradedClass): Grades {
  const key = (student: string, lab: string): string => JSON.stringify([student, lab]);
  const numbers = new Map<string, number>();
  for (const { student, lab } of graded.attempts)
    numbers.set(key(student.id, lab), (numbers.get(key(student.id, lab)) ?? 0) + 1);
  const counting = new Map(
    countingAttempts(graded).map((attempt) => {
      const place = key(attempt.student.id, attempt.lab);
      return [place, { attempt, attempts: numbers.get(place) ?? 1 }];
    }),
  );
  return ({ id }, lab) => counting.get(key(id, lab));
}

/** The points that count, to a hundredth; undefined when the grader failed, which must not cost a point. */
export function gradePoints({ outcome, ...attempt }: GradedAttempt): number | undefined {
  return outcome === 'error' ? undefined : Math.round(finalPoints({ outcome, ...attempt }) * 100) / 100;
}

/** `Ada Lovelace`, else the key. */
export function nameOf({ name, id }: Pick<Student, 'name' | 'id'>): string {
  return name ?? id;
}

/** `lab3` of `lab3-upstream` */
export function labWordOf(lab: string): string {
  return /^lab\d+/.exec(lab)?.[0] ?? lab;
}

/** `2 days`, `3.5 hours`, `12 minutes` */
export function describeLateness(seconds: number): string {
  const [size, unit] = (
    [
      [86_400, 'day'],
      [3600, 'hour'],
      [60, 'minute'],
    ] as const
  ).find(([size]) => seconds >= size) ?? [1, 'second'];
  const amount = Math.round((seconds / size) * 10) / 10;
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}

/** `2 days late, 20 % taken off`; undefined when it was in time. */
export function describeLate({ late }: GradedAttempt): string | undefined {
  if (late === undefined) return undefined;
  const share = Math.round(late.penalty * 1000) / 10;
  return `${describeLateness(late.seconds)} late${share > 0 ? `, ${share} % taken off` : ''}`;
}
