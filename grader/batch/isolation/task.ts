import type { LabResult, TargetFacts } from '../../result.ts';
import type { TargetSpec } from '../../target/target.ts';
import type { SubmissionProblem } from '../graded.ts';

/** One thing to grade, as plain data: it goes to another process. */
export interface GradeTask {
  /** The lab's folder, e.g. `lab3-upstream`. */
  readonly lab: string;
  /** Paths in it are absolute. */
  readonly spec: TargetSpec;
  /** What the result calls the target. */
  readonly facts: TargetFacts;
  readonly seed: number;
  /** The folder that a program may read, itself in it: the submission and nothing else. Only the program's file when left out. */
  readonly files?: string;
  /** ms for the whole submission, after which everything of it is killed; 90,000 by default. */
  readonly timeLimit?: number;
}

/** What became of a task. */
export type GradeOutcome =
  | {
      readonly kind: 'graded';
      readonly result: LabResult;
      /** Why the submission was stopped early by a limit (memory, disk, processor time), if it was. */
      readonly stopped?: string;
    }
  /** There is no result: `no-isolation`, `too-large`, `time-limit`, or, after a second try, `grader`. */
  | { readonly kind: 'problem'; readonly problem: SubmissionProblem };

/** From the parent to a worker. */
export interface Request {
  readonly task: GradeTask;
}

/** Whether a task runs something that a student wrote, or a server that isn't ours. */
export function needsIsolation({ spec }: GradeTask): boolean {
  return (
    spec.kind === 'program' || spec.kind === 'command' || (spec.kind === 'configuration' && spec.engine === 'nginx')
  );
}
