import stringWidth from 'fast-string-width';
import type { LabResult } from '../result.ts';
import { createPaint, type Paint, wrap } from './text.ts';
import { totals } from './totals.ts';
import { describeDuration, failures } from './words.ts';

/** A lab in the table: its result, or why it has none. */
export interface SummaryRow {
  readonly number: number;
  readonly title: string;
  readonly result: LabResult | undefined;
  /** In place of a result: `not begun`. */
  readonly instead?: string;
}

export interface SummaryOptions {
  readonly colour?: boolean;
  /** Columns; 80 by default, and never more than 100 are used. */
  readonly width?: number;
}

/** From so many columns on the table says what to mend first beside each lab; below it, in a line of its own. */
const wide = 76;

/** Below so many columns there is no room for the time. */
const narrow = 60;

/** Columns of the numbers: `100/100  +10/20`, and `12.34 s` where there is room. */
const numbers = { all: 26, narrow: 17 };

/** All labs in a table, how far one has come altogether, and what to do next. */
export function summary(rows: readonly SummaryRow[], options: SummaryOptions = {}): string {
  const paint = createPaint(options.colour ?? false);
  const width = Math.max(40, Math.min(options.width ?? 80, 100));
  const engines = new Set(rows.flatMap(({ result }) => result?.target.engine ?? [])).size > 1;
  const next = nextStep(rows);
  const lines = [
    '',
    `  ${paint.bold('All labs')}`,
    '',
    ...rows.flatMap((row) => rowLines(row, engines, paint, width)),
    '',
  ];
  lines.push(...wrap(total(rows), width - 2).map((line) => `  ${line}`));
  if (next !== undefined) lines.push('', `  ${'next'.padEnd(6)}${paint.cyan(next)}`);
  return `${lines.join('\n')}\n\n`;
}

function rowLines(
  { number, title, result, instead }: SummaryRow,
  engines: boolean,
  paint: Paint,
  width: number,
): string[] {
  const mark = markOf(result, instead, paint);
  const engine = engines && result?.target.engine !== undefined ? ` (${result.target.engine})` : '';
  const mend = result === undefined ? undefined : mendFirst(result);
  const beside = width >= wide;
  const taken = width < narrow ? numbers.narrow : numbers.all;
  const room = Math.min(30, width - taken - 9);
  const [first = '', ...rest] = wrap(`${title}${engine}`, room);
  const start = `  ${mark} ${String(number).padStart(2)}  ${first}${' '.repeat(Math.max(0, room - stringWidth(first)))}`;
  const end =
    result === undefined
      ? paint.dim(`  ${instead ?? ''}`)
      : `${scores(result, paint, width >= narrow)}${beside && mend !== undefined ? `  ${paint.dim(cut(mend, width - room - taken - 11))}` : ''}`;
  return [
    `${start}${end}`,
    ...rest.map((line) => `        ${line}`),
    ...(beside || mend === undefined ? [] : [`        ${paint.dim(cut(mend, width - 10))}`]),
  ];
}

function markOf(result: LabResult | undefined, instead: string | undefined, paint: Paint): string {
  if (result === undefined) return instead === 'not begun' ? paint.dim('–') : paint.yellow('!');
  return { passed: paint.green('✓'), failed: paint.red('✗'), error: paint.yellow('!') }[result.outcome];
}

function scores({ score, durationMs }: LabResult, paint: Paint, timed: boolean): string {
  const core = `${score.earned}/${score.possible}`.padStart(9);
  const stretch = score.stretchPossible > 0 ? `+${score.stretchEarned}/${score.stretchPossible}` : '';
  return `${core}${paint.dim(stretch.padStart(8))}${timed ? paint.dim(describeDuration(durationMs).padStart(9)) : ''}`;
}

/** The first objective to mend, by the end of its id; what did not start comes before all. */
function mendFirst(result: LabResult): string | undefined {
  if (!result.startup.ok) return 'did not start';
  if (result.outcome === 'passed') return undefined;
  const id = failures(result)[0]?.id ?? result.objectives.find(({ outcome }) => outcome !== 'passed')?.id;
  return id?.replace(/^lab\d+\./, '');
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

function total(rows: readonly SummaryRow[]): string {
  const results = rows.flatMap(({ result }) => result ?? []);
  const { earned, possible, stretchEarned, stretchPossible } = totals(results);
  const labs = new Set(rows.map(({ number }) => number));
  const passed = [...labs].filter((number) => isPassed(rows, number)).length;
  const time = describeDuration(results.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const points =
    results.length === 0
      ? []
      : [`${earned} of ${possible} points`, `stretch +${stretchEarned} of ${stretchPossible}`, time];
  return [`${passed} of ${labs.size} labs passed`, ...points].join('   ');
}

function isPassed(rows: readonly SummaryRow[], lab: number): boolean {
  return rows.filter(({ number }) => number === lab).every(({ result }) => result?.outcome === 'passed');
}

/** The first lab that isn't passed: a hint where it has failed, and the check that begins it otherwise. */
function nextStep(rows: readonly SummaryRow[]): string | undefined {
  const row = rows.find(({ number }) => !isPassed(rows, number));
  if (row === undefined) return undefined;
  const hint = row.result?.outcome === 'failed' && row.result.startup.ok;
  return `npm run ${hint ? 'hint' : 'check'} lab${row.number}`;
}
