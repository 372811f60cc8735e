import type { LabResult, ObjectiveResult } from '../result.ts';
import { briefly, explanation, startupLines } from './explanation.ts';
import { rows } from './rows.ts';
import { totals } from './totals.ts';
import { inProject, labHeading } from './words.ts';

/**
 * Common Test Report Format 0.0.0: a test an objective; what the grader itself could not finish is `other`. Times are whole
 * milliseconds. Points and hints stand in `extra`. Source: ctrf.io, "Specification".
 */
export function ctrf(results: readonly LabResult[]): string {
  const { tests, passed, failed, skipped, errors, ...points } = totals(results);
  const starts = results.map(({ startedAt }) => Date.parse(startedAt));
  const stops = results.map(({ startedAt, durationMs }) => Date.parse(startedAt) + Math.round(durationMs));
  const document = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    generatedBy: 'nginx-workbook',
    results: {
      tool: { name: 'nginx-workbook' },
      summary: {
        tests,
        passed,
        failed,
        skipped,
        pending: 0,
        other: errors,
        suites: results.length,
        start: Math.min(...starts, stops.length === 0 ? 0 : Number.POSITIVE_INFINITY),
        stop: Math.max(0, ...stops),
        extra: points,
      },
      tests: results.flatMap((result) => rows(result).map((objective) => test(result, objective))),
      extra: {
        labs: results.map(({ lab, outcome, seed, target, score }) => ({ lab, outcome, seed, target, score })),
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function test(result: LabResult, objective: ObjectiveResult) {
  const { id, title, kind, outcome, points, blame, hints, manual, reproduce } = objective;
  const ended = outcome !== 'passed';
  const trace = [...explanation(objective), ...(result.startup.ok ? [] : startupLines(result))].join('\n');
  return {
    testId: id,
    name: title,
    status: outcome === 'error' ? 'other' : outcome,
    rawStatus: outcome,
    duration: Math.round(objective.durationMs),
    suite: [labHeading(result)],
    type: 'e2e',
    tags: [kind],
    ...(ended && { message: briefly(objective), trace }),
    ...(blame !== undefined && {
      filePath: inProject(result, blame.file),
      line: blame.line,
      snippet: (blame.context?.lines ?? [blame.text]).join('\n'),
    }),
    extra: { id, kind, points, ...(ended && { hints, reproduce }), manual },
  };
}
