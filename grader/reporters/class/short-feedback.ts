import type { GradedAttempt } from '../../batch/graded.ts';
import { briefly } from '../explanation.ts';
import { harmless } from '../text.ts';
import { describeScore, failures } from '../words.ts';
import { describeLate, gradePoints } from './grades.ts';

/** A few lines for the student, as plain text: the points, what took some away, and what failed. */
export function shortFeedback(attempt: GradedAttempt): string {
  const { result, problem, outcome } = attempt;
  const late = describeLate(attempt);
  const lines = [
    outcome === 'error' ? 'Not graded yet: the grader could not finish.' : `${gradePoints(attempt)} points`,
    ...(late === undefined ? [] : [late]),
    ...(problem === undefined ? [] : [harmless(problem.reason)]),
    ...(result === undefined ? [] : [describeScore(result)]),
    ...(result === undefined ? [] : failures(result).map((one) => `${harmless(one.title)} Received: ${briefly(one)}`)),
  ];
  return lines.join('\n');
}
