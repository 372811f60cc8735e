import type { LabResult } from '../../result.ts';
import type { GradedOutcome, SubmissionProblem } from '../graded.ts';
import type { GradeOutcome } from '../isolation/index.ts';

/** What a grading says. */
export interface Verdict {
  readonly outcome: GradedOutcome;
  readonly problem?: SubmissionProblem;
  readonly result?: LabResult;
}

/** Turns what came back from a worker into a verdict. */
export function verdictOn(outcome: GradeOutcome): Verdict {
  if (outcome.kind === 'problem') return withoutResult(outcome.problem);
  const { result, stopped } = outcome;
  const messages = result.startup.messages;
  const refused = messages.find(({ severity }) => severity === 'refused');
  if (refused !== undefined) {
    const { text, file, line } = refused;
    const place = { ...(file !== undefined && { file }), ...(line !== undefined && { line }) };
    return { outcome: 'refused', problem: { kind: 'refused', reason: text, ...place }, result };
  }
  if (result.target.kind === 'live' && !result.startup.ok)
    return { outcome: 'failed', problem: { kind: 'unreachable', reason: messages[0]?.text ?? 'no answer' }, result };
  if (stopped !== undefined) return { outcome: result.outcome, problem: { kind: 'limit', reason: stopped }, result };
  return { outcome: result.outcome, result };
}

/**
 * What isn't there, can't be read or would lead out is the student's; what the grader can't do, for want of isolation or by a
 * fault of its own, is not, and asks to be graded again.
 */
export function withoutResult(problem: SubmissionProblem): Verdict {
  const { kind } = problem;
  if (kind === 'grader' || kind === 'no-isolation') return { outcome: 'error', problem };
  return { outcome: kind === 'time-limit' || kind === 'limit' ? 'failed' : 'refused', problem };
}
