import type { LabResult, Score } from '../result.ts';

/** One graded attempt of one student at one lab: plain data, version 1. Reports and the gradebook are pure functions of it. */
export interface GradedAttempt {
  readonly version: 1;
  readonly student: Student;
  /** The lab's folder, e.g. `lab3-upstream`. */
  readonly lab: string;
  /** From 1, in the order of submission, per student and lab. */
  readonly attempt: number;
  /** ISO 8601; absent where the export doesn't say. */
  readonly submittedAt?: string;
  /** Absent when in time, or when there is no deadline or no time of submission. */
  readonly late?: Lateness;
  /** The path inside the folder of submissions, `/` between parts; inside an archive after `!/`. */
  readonly source: string;
  readonly kind: SubmissionKind;
  readonly digests: { readonly submission: string; readonly workbook: string };
  readonly versions: { readonly workbook: string; readonly engine?: string };
  readonly engine: 'reference' | 'nginx';
  /** The seed of this check, derived from the seed of the run and the submission's digest. */
  readonly seed: number;
  /** ISO 8601. */
  readonly gradedAt: string;
  readonly durationMs: number;
  readonly outcome: GradedOutcome;
  /** Why nothing was graded, or why it was stopped; present whenever `result` is absent, too. */
  readonly problem?: SubmissionProblem;
  /** Absent when the submission could not be graded at all. */
  readonly result?: LabResult;
  readonly points: {
    readonly before: Score;
    /** After the penalty for lateness; the same as `before` when there is none. */
    readonly after: Score;
  };
}

/**
 * `passed` and `failed` as in `LabResult`; `refused`: it would have led out of the lab's world, or is no readable
 * submission; it earns nothing; `error`: the grader's own fault, which never costs a point and asks to be graded again.
 */
export type GradedOutcome = 'passed' | 'failed' | 'refused' | 'error';

export type SubmissionKind = 'configuration' | 'tree' | 'program' | 'live' | 'unknown';

/** Who handed it in: the roster's line where there is one, else what the export's naming gives. */
export interface Student {
  /** The key in this class, unique and never empty. */
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  /** The GitHub login. */
  readonly login?: string;
  /** What Moodle calls `username`, Canvas `SIS Login ID`. */
  readonly username?: string;
  /** Moodle's `useridnumber`, Canvas' `SIS User ID`: the number that the institution gave. */
  readonly number?: string;
  readonly moodleId?: string;
  readonly canvasId?: string;
  readonly gradescopeId?: string;
  readonly section?: string;
  /** Whether the roster has this student; true for all when there is no roster. */
  readonly enrolled: boolean;
}

export interface Lateness {
  readonly seconds: number;
  /** The share of the points that is taken away, 0 to 1. */
  readonly penalty: number;
}

export interface SubmissionProblem {
  readonly kind:
    | 'refused'
    | 'broken-archive'
    | 'too-large'
    | 'empty'
    | 'unrecognised'
    | 'unreachable'
    | 'time-limit'
    | 'limit'
    | 'no-isolation'
    | 'grader';
  /** One sentence for the student. */
  readonly reason: string;
  readonly file?: string;
  readonly line?: number;
}

/** A whole class after a run: what class reports are made of. */
export interface GradedClass {
  /** The seed of the run. */
  readonly seed: number;
  /** ISO 8601. */
  readonly gradedAt: string;
  /** Which attempt counts when a student has several. */
  readonly policy: 'best' | 'last';
  /** The roster in its order, then students who handed in without being in it. */
  readonly students: readonly Student[];
  readonly labs: readonly GradedLab[];
  /** Every attempt, by student, lab, attempt. */
  readonly attempts: readonly GradedAttempt[];
  readonly pairs: readonly SuspiciousPair[];
}

export interface GradedLab {
  /** The lab's folder. */
  readonly lab: string;
  readonly title: string;
  readonly possible: number;
  readonly stretchPossible: number;
}

/** Two submissions of different students that look alike: something to look at, never a verdict. */
export interface SuspiciousPair {
  readonly lab: string;
  readonly first: PairSide;
  readonly second: PairSide;
  /** 0 to 1; 1 is equal after normalising. */
  readonly similarity: number;
  /** In words, what they have in common. */
  readonly because: string;
}

export interface PairSide {
  readonly student: string;
  readonly attempt: number;
  readonly source: string;
}

/** All points that count: core and stretch after the penalty. */
export const finalPoints = (attempt: GradedAttempt): number =>
  attempt.points.after.earned + attempt.points.after.stretchEarned;

/**
 * The attempt that counts, per student and lab, in the order of the attempts: the last one, or the one with the most points (of
 * several equal ones the first). An attempt that ended in the grader's own error counts only when there is no other.
 */
export const countingAttempts = ({
  attempts,
  policy,
}: Pick<GradedClass, 'attempts' | 'policy'>): readonly GradedAttempt[] => {
  const groups = Map.groupBy(attempts, ({ student, lab }) => JSON.stringify([student.id, lab]));
  return [...groups.values()].map((group) => {
    const graded = group.filter(({ outcome }) => outcome !== 'error');
    const among = graded.length === 0 ? group : graded;
    return among.reduce((chosen, next) => (counts(next, chosen, policy) ? next : chosen));
  });
};

const counts = (next: GradedAttempt, chosen: GradedAttempt, policy: GradedClass['policy']): boolean =>
  policy === 'last' ? next.attempt > chosen.attempt : finalPoints(next) > finalPoints(chosen);
