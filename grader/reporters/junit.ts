import type { LabResult, ObjectiveResult } from '../result.ts';
import { labHeading } from './words.ts';

/** JUnit XML: a suite a result, a case an objective. `failure` is the student's, `error` the grader's. Times in seconds. */
export function junit(results: readonly LabResult[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${results.map(suite).join('')}</testsuites>\n`;
}

function suite(result: LabResult): string {
  const count = (outcome: ObjectiveResult['outcome']): number =>
    result.objectives.filter((objective) => objective.outcome === outcome).length;
  const attributes = {
    name: labHeading(result),
    tests: result.objectives.length,
    failures: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(result.durationMs),
    timestamp: result.startedAt,
  };
  const said = result.startup.messages
    .map(
      ({ file, line, severity, text }) => `${file === undefined ? '' : `${file}:${line ?? 1}: `}[${severity}] ${text}`,
    )
    .join('\n');
  const startup = said === '' ? '' : `    <system-out>${escapeXml(said)}</system-out>\n`;
  return `  <testsuite${write(attributes)}>\n${result.objectives.map((one) => testcase(one, result)).join('')}${startup}  </testsuite>\n`;
}

function testcase(objective: ObjectiveResult, result: LabResult): string {
  const attributes = { name: objective.title, classname: objective.id, time: seconds(objective.durationMs) };
  const element = { failed: 'failure', error: 'error', skipped: 'skipped', passed: '' }[objective.outcome];
  if (element === '') return `    <testcase${write(attributes)}/>\n`;
  const { blame } = objective;
  const lines = [
    objective.expected === undefined ? '' : `expected ${objective.expected}`,
    objective.received === undefined ? '' : `received ${objective.received}`,
    objective.because === undefined ? '' : `because ${objective.because}`,
    blame === undefined ? '' : `${blame.file}:${blame.line}: ${blame.text.trim()}`,
    ...objective.reproduce,
  ].filter((line) => line !== '');
  const message = objective.received ?? objective.because ?? objective.outcome;
  const child = `<${element}${write({ message, ...(element !== 'skipped' && { type: result.target.kind }) })}>${escapeXml(lines.join('\n'))}</${element}>`;
  return `    <testcase${write(attributes)}>${child}</testcase>\n`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function write(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replaceAll('\n', '&#10;')}"`)
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
