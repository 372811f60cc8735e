import type { GradeOutcome, GradeTask } from './isolation/index.ts';

/** Where submissions are graded: in processes of this machine, or on others. What is graded twice or lost is not its business. */
export interface Queue {
  /** How many tasks are worth handing over before the first comes back. */
  readonly size: number;
  /** Waits until somebody has graded it. Rejects only when the queue is closed, or can't be reached. */
  grade(task: GradeTask): Promise<GradeOutcome>;
  close(): Promise<void>;
}
