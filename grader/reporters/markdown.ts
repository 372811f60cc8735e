import type { LabResult, ObjectiveResult } from '../result.ts';
import { startupLine } from './explanation.ts';
import { rows } from './rows.ts';
import { harmless } from './text.ts';
import { describeScore, describeTarget, failures, labHeading } from './words.ts';

/** GitHub drops a job summary of more than 1 MiB whole. */
const mostBytes = 1_000_000;

/** Markdown, for a job summary: a table a result, and what failed under it. Cut before GitHub would drop it. */
export function markdown(results: readonly LabResult[]): string {
  let text = '';
  let bytes = 0;
  for (const result of results) {
    const part = section(result);
    bytes += Buffer.byteLength(part);
    if (bytes > mostBytes)
      return `${text}\n${results.length - results.indexOf(result)} more results are left out: the summary would be too large.\n`;
    text += part;
  }
  return text;
}

function section(result: LabResult): string {
  const mark = { passed: '✅ passed', failed: '❌ not yet', error: '⚠️ not graded' }[result.outcome];
  const lines = [
    `## ${plain(labHeading(result))}: ${mark}`,
    '',
    `${describeScore(result)}, ${plain(describeTarget(result))}`,
    '',
  ];
  for (const message of result.startup.messages) lines.push(`- ${code(startupLine(message))}`);
  lines.push('', '| | Objective | Points |', '|---|---|---|', ...rows(result).map(row), '');
  for (const objective of failures(result)) lines.push(...details(objective));
  return `${lines.join('\n')}\n`;
}

function row({ outcome, title, points, kind }: ObjectiveResult): string {
  const mark = { passed: '✅', failed: '❌', skipped: '➖', error: '⚠️' }[outcome];
  return `| ${mark} | ${plain(title)}${kind === 'stretch' ? ' _(stretch)_' : ''} | ${points.earned} / ${points.possible} |`;
}

function details(objective: ObjectiveResult): string[] {
  const { blame } = objective;
  const entries: readonly (readonly [string, string | undefined])[] = [
    ['Expected', objective.expected],
    ['Received', objective.received],
    ['Because', objective.because],
    ['Why', objective.why],
  ];
  return [
    `### ${plain(objective.title)}`,
    '',
    ...entries.flatMap(([name, text]) => (text === undefined ? [] : [`- **${name}:** ${plain(text)}`])),
    ...(blame === undefined ? [] : [`- ${code(`${blame.file}:${blame.line}`)} ${code(blame.text.trim())}`]),
    ...objective.reproduce.map((line) => `- **Try:** ${code(line)}`),
    `- [Manual](${objective.manual})`,
    '',
  ];
}

/** Text that Markdown takes as text, on one line. */
function plain(text: string): string {
  return harmless(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>|#!~&$]/g, '\\$&');
}

/** A code span whatever the text holds: fenced by more backticks than it has in a row. */
function code(text: string): string {
  const line = harmless(text).replace(/\s+/g, ' ').replaceAll('|', '\\|');
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}
