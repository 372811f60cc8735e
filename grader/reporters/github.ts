import type { LabResult } from '../result.ts';
import { describeScore, failures, labHeading } from './words.ts';

/**
 * Workflow commands of GitHub Actions, one a line: the summary first, for only about ten are shown a step, then what
 * failed, core before stretch. Source: GitHub's documentation, "Workflow commands for GitHub Actions".
 */
export function github(results: readonly LabResult[]): string {
  return results.flatMap(commands).join('');
}

function commands(result: LabResult): string[] {
  const level = result.outcome === 'passed' ? 'notice' : 'error';
  const lines = [command(level, { title: labHeading(result) }, `${result.outcome}: ${describeScore(result)}`)];
  for (const { file, line, severity, text } of result.startup.messages)
    lines.push(
      command(
        severity === 'warn' ? 'warning' : 'error',
        {
          ...(file !== undefined && { file }),
          ...(line !== undefined && { line }),
          title: 'The server',
        },
        `[${severity}] ${text}`,
      ),
    );
  for (const { kind, blame, title, expected, received, because } of failures(result))
    lines.push(
      command(
        kind === 'core' ? 'error' : 'warning',
        {
          ...(blame !== undefined && { file: blame.file, line: blame.line }),
          title,
        },
        [expected && `expected ${expected}`, received && `received ${received}`, because].filter(Boolean).join('\n'),
      ),
    );
  return lines;
}

function command(level: string, properties: Readonly<Record<string, string | number>>, message: string): string {
  const written = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${level} ${written.join(',')}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
