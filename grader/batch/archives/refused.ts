import type { SubmissionProblem } from '../graded.ts';

/** An archive isn't taken, and why, in one sentence for the student. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly problem: SubmissionProblem;

  constructor(kind: SubmissionProblem['kind'], reason: string) {
    super(reason);
    this.problem = { kind, reason };
  }
}

/** An entry's name as it may be shown: without control characters, and not endless. */
export function shown(name: string): string {
  const clean = name.replace(/[\0-\x1f\x7f-\x9f]/g, '\u{fffd}');
  return `"${clean.length > 80 ? `${clean.slice(0, 60)}…${clean.slice(-15)}` : clean}"`;
}
