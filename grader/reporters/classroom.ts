import type { LabResult, ObjectiveResult } from '../result.ts';
import { explanation, startupLines } from './explanation.ts';
import { harmless } from './text.ts';
import { inProject } from './words.ts';

/**
 * Results of GitHub Classroom's runners: base64 of JSON, a line an objective, as each of GitHub's own runners makes one of its
 * one test. That is not by chance: their reporter adds up the scores in one place and counts passed tests in another,
 * and only with one test each do both come to the same. How many lines there are depends on the lab alone. Stretch objectives have `max_score` 0, for Classroom has no
 * extra points. Source: github.com/classroom-resources/autograding-grading-reporter.
 */
export function classroom(results: readonly LabResult[]): string {
  return results
    .flatMap((result) => result.objectives.map((objective) => runnerResult(result, objective)))
    .map((result) => `${Buffer.from(JSON.stringify(result)).toString('base64')}\n`)
    .join('');
}

function runnerResult(result: LabResult, objective: ObjectiveResult) {
  const { id, title, kind, outcome, points, blame, reproduce } = objective;
  const unfinished = result.outcome === 'error' ? 'error' : 'fail';
  const status = { passed: 'pass', failed: 'fail', skipped: unfinished, error: 'error' }[outcome];
  const counts = kind === 'core';
  const message = outcome === 'passed' ? [] : [...explanation(objective), ...startupLines(result)];
  return {
    version: 1,
    status,
    max_score: counts ? points.possible : 0,
    tests: [
      {
        name: harmless(counts ? title : `${title} (stretch, ${points.earned} of ${points.possible} points)`),
        status,
        score: counts ? points.earned : 0,
        message: message.join('\n'),
        test_code: reproduce.length > 0 ? reproduce.map(harmless).join('\n') : id,
        filename: blame === undefined ? '' : inProject(result, blame.file),
        line_no: blame?.line ?? 0,
        execution_time: `${objective.durationMs / 1000}s`,
      },
    ],
  };
}
