import type { LabResult, ObjectiveResult } from '../result.ts';
import { briefly, explanation, startupLines } from './explanation.ts';
import { rows } from './rows.ts';
import { totals } from './totals.ts';
import { labHeading } from './words.ts';

type Attributes = Readonly<Record<string, string | number>>;

/**
 * JUnit XML as Jenkins and Ant read it: a suite a result, a case an objective. `failure` is the student's, `error` the grader's.
 * Times in seconds; points are properties of the suite.
 */
export function junit(results: readonly LabResult[]): string {
  const { tests, failed: failures, errors } = totals(results);
  const time = seconds(results.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const all = write({ name: 'nginx-workbook', tests, failures, errors, time });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${all}>\n${results.map(suite).join('')}</testsuites>\n`;
}

function suite(result: LabResult): string {
  const { tests, failed: failures, errors, skipped } = totals([result]);
  const attributes = {
    name: labHeading(result),
    tests,
    failures,
    errors,
    skipped,
    time: seconds(result.durationMs),
    // Ant's schema wants seconds without a fraction and without a zone.
    timestamp: new Date(result.startedAt).toISOString().slice(0, 19),
  };
  const { score } = result;
  const properties = Object.entries({ lab: result.lab, outcome: result.outcome, seed: result.seed, ...score })
    .map(([name, value]) => `      <property${write({ name, value })}/>\n`)
    .join('');
  const said = startupLines(result).join('\n');
  const cases = rows(result)
    .map((objective) => testcase(objective, result))
    .join('');
  const startup = said === '' ? '' : `    <system-out>${escapeXml(said)}</system-out>\n`;
  return `  <testsuite${write(attributes)}>\n    <properties>\n${properties}    </properties>\n${cases}${startup}  </testsuite>\n`;
}

function testcase(objective: ObjectiveResult, { target }: LabResult): string {
  const attributes = { name: objective.title, classname: objective.id, time: seconds(objective.durationMs) };
  const element = { failed: 'failure', error: 'error', skipped: 'skipped', passed: undefined }[objective.outcome];
  if (element === undefined) return `    <testcase${write(attributes)}/>\n`;
  const about = { message: briefly(objective), ...(element !== 'skipped' && { type: target.kind }) };
  const text = escapeXml(explanation(objective).join('\n'));
  return `    <testcase${write(attributes)}><${element}${write(about)}>${text}</${element}></testcase>\n`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** Attributes; what a parser would turn into spaces is written as references. */
function write(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => {
      const text = escapeXml(String(value)).replace(/[\t\n\r]/g, (space) => `&#${space.charCodeAt(0)};`);
      return ` ${name}="${text}"`;
    })
    .join('');
}

/** XML 1.0 forbids most control characters and lone surrogates even when they are escaped. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
