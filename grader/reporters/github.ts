import type { LabResult } from '../result.ts';
import { explanation, startupLine } from './explanation.ts';
import { harmless } from './text.ts';
import { totals } from './totals.ts';
import { describeScore, failures, inProject, labHeading, labWord } from './words.ts';

/** GitHub shows about so many annotations of a step, the first ones. */
const mostShown = 10;

interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  /** What is lost by it: the largest come first. */
  readonly weight: number;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly message: string;
}

/**
 * Workflow commands of GitHub Actions, one a line: the summary first, then the worst, and no more than GitHub shows.
 * Source: GitHub's documentation, "Workflow commands for GitHub Actions".
 */
export function github(results: readonly LabResult[]): string {
  const found = results.flatMap(annotations).sort((a, b) => b.weight - a.weight);
  const shown = found.slice(0, mostShown - 1);
  const rest = found.length - shown.length;
  return [summary(results, rest), ...shown].map(command).join('');
}

function summary(results: readonly LabResult[], rest: number): Annotation {
  const [only] = results;
  const passed = results.filter(({ outcome }) => outcome === 'passed').length;
  const { earned, possible } = totals(results);
  const [title, said] =
    only !== undefined && results.length === 1
      ? [labHeading(only), `${only.outcome}: ${describeScore(only)}`]
      : ['Labs', `${passed} of ${results.length} passed: ${earned} of ${possible}`];
  const more = rest > 0 ? `\n${rest} more in the job's summary` : '';
  return {
    level: passed === results.length ? 'notice' : 'error',
    weight: Number.POSITIVE_INFINITY,
    properties: { title: harmless(title) },
    message: said + more,
  };
}

function annotations(result: LabResult): readonly Annotation[] {
  const place = (file: string | undefined, line = 1) =>
    file === undefined ? {} : { file: harmless(inProject(result, file)), line, endLine: line };
  const startup = result.startup.messages.map((message): Annotation => {
    const warns = message.severity === 'warn';
    return {
      level: warns ? 'warning' : 'error',
      weight: warns ? 0 : result.score.possible,
      properties: { ...place(message.file, message.line), title: `The server of ${labWord(result)}` },
      message: [startupLine(message), message.advice && harmless(message.advice)].filter(Boolean).join('\n'),
    };
  });
  const failed = failures(result).map((objective): Annotation => {
    const { kind, points, blame, title } = objective;
    return {
      level: kind === 'core' ? 'error' : 'warning',
      weight: kind === 'core' ? points.possible - points.earned : 0,
      properties: { ...place(blame?.file, blame?.line), title: harmless(title) },
      message: explanation(objective).join('\n'),
    };
  });
  return [...startup, ...failed];
}

function command({ level, properties, message }: Annotation): string {
  const written = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`);
  return `::${level} ${written.join(',')}::${data(message)}\n`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
