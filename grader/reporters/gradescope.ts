import type { LabResult, ObjectiveResult } from '../result.ts';
import { explanation, startupLines } from './explanation.ts';
import { rows } from './rows.ts';
import { harmless } from './text.ts';
import { totals } from './totals.ts';
import { describeScore, describeTarget, labHeading, labNumber, verdict } from './words.ts';

export interface GradescopeOptions {
  /** Puts the points on the assignment's leaderboard, where students see one another's. Without it there is none. */
  readonly leaderboard?: boolean;
  /** Lines above everything else, e.g. that the assignment's points are set to something else. */
  readonly notes?: readonly string[];
}

/**
 * Gradescope's `results.json`. Stretch points count on top: `score` may be more than the core's sum. Every test is
 * visible, for a hidden one hides the student's total. Source: Gradescope's "Autograder specifications".
 */
export function gradescope(results: readonly LabResult[], options: GradescopeOptions = {}): string {
  const { earned, possible, stretchEarned } = totals(results);
  const document = {
    score: earned + stretchEarned,
    execution_time: results.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000,
    output: [...(options.notes ?? []), ...results.flatMap(introduction)].join('\n'),
    output_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    tests: results.flatMap((result) => rows(result).map((objective, i) => test(result, objective, i + 1))),
    extra_data: {
      possible,
      results: results.map(({ lab, seed, outcome, startedAt }) => ({ lab, seed, outcome, startedAt })),
    },
    ...(options.leaderboard && { leaderboard: [{ name: 'Points', value: earned + stretchEarned, order: 'desc' }] }),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function introduction(result: LabResult): readonly string[] {
  const broken =
    result.outcome === 'error'
      ? ['The grader could not finish. This is not your fault: please submit it once more.']
      : [];
  return [
    `${harmless(labHeading(result))}: ${verdict(result)}, ${describeScore(result)}`,
    `Graded: ${harmless(describeTarget(result))}`,
    ...broken,
    ...startupLines(result),
  ];
}

function test(result: LabResult, objective: ObjectiveResult, position: number) {
  const { id, title, kind, outcome, points } = objective;
  return {
    number: `${labNumber(result)}.${position}`,
    name: harmless(kind === 'stretch' ? `${title} (stretch)` : title),
    score: points.earned,
    max_score: points.possible,
    status: outcome === 'passed' ? 'passed' : 'failed',
    output: explanation(objective).join('\n'),
    output_format: 'text',
    visibility: 'visible',
    tags: [id, kind, outcome],
    extra_data: { id, outcome, manual: objective.manual, durationMs: objective.durationMs },
  };
}

/**
 * The document for a submission without a result: it can't be read, leads out of the lab's world, or the grader failed
 * (`ours`), which is said, for Gradescope can't take a result without a score.
 */
export function ungraded(reason: string, ours: boolean): string {
  const said = ours ? 'The grader could not finish. This is not your fault: please submit it once more.' : reason;
  const document = {
    score: 0,
    output: harmless(ours ? `${said}\n${reason}` : said),
    output_format: 'text',
    visibility: 'visible',
    stdout_visibility: 'hidden',
    tests: [
      {
        number: '1',
        name: 'The submission can be graded.',
        score: 0,
        max_score: 0,
        status: 'failed',
        output: harmless(reason),
        output_format: 'text',
        visibility: 'visible',
        tags: [ours ? 'error' : 'failed'],
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
