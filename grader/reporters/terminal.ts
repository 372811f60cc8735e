import stringWidth from 'fast-string-width';
import type { LabResult, ObjectiveResult, StartupMessage } from '../result.ts';
import { createPaint, harmless, type Paint, wrap } from './text.ts';
import { describeDuration, describeTarget, labHeading, labWord, verdict } from './words.ts';

export interface TerminalOptions {
  readonly colour?: boolean;
  /** Columns; 80 by default, and never more than 100 are used. */
  readonly width?: number;
  /** Shows what went over the wire, and stretch objectives in full. */
  readonly verbose?: boolean;
  /** What comes after a pass, e.g. `npm run check lab4`. */
  readonly next?: string;
}

/** Lines of one entry: a whole page that came as an answer is not shown whole. */
const mostLines = 6;

/** A result for people at a terminal: a line an objective, and under each failed one what it takes to mend it. */
export function terminal(result: LabResult, options: TerminalOptions = {}): string {
  const paint = createPaint(options.colour ?? false);
  const width = Math.max(40, Math.min(options.width ?? 80, 100));
  const lines = [
    '',
    `  ${paint.bold(harmless(labHeading(result)))}`,
    ...wrap(harmless(describeTarget(result)), width - 2).map((line) => `  ${paint.dim(line)}`),
    '',
  ];
  if (result.startup.messages.length > 0) lines.push(...startup(result, paint, width), '');
  if (result.startup.ok || result.startup.messages.length === 0)
    lines.push(...objectives(result, options, paint, width));
  lines.push(...total(result, paint), '', ...wayOn(result, options, paint), '');
  return lines.join('\n');
}

function objectives(result: LabResult, options: TerminalOptions, paint: Paint, width: number): string[] {
  const lines: string[] = [];
  const coreMissing = result.objectives.some(({ kind, outcome }) => kind === 'core' && outcome !== 'passed');
  let roomAbove = true;
  for (const objective of result.objectives) {
    const isShort =
      objective.outcome === 'passed' ||
      objective.outcome === 'skipped' ||
      // While the core is missing, extra credit is no more than a line.
      (objective.outcome === 'failed' && objective.kind === 'stretch' && coreMissing && !options.verbose);
    const body = isShort ? reason(objective, paint, width) : details(objective, options, paint, width);
    if (!isShort && !roomAbove) lines.push('');
    lines.push(...headline(objective, paint, width), ...body);
    if (!isShort) lines.push('');
    roomAbove = !isShort;
  }
  if (lines.at(-1) !== '') lines.push('');
  return lines;
}

function headline(objective: ObjectiveResult, paint: Paint, width: number): string[] {
  const { outcome, points, kind } = objective;
  const mark = { passed: paint.green('✓'), failed: paint.red('✗'), skipped: paint.dim('–'), error: paint.yellow('!') };
  const counted =
    outcome === 'passed' ? `${points.earned}` : points.possible > 0 ? `${points.earned}/${points.possible}` : '';
  const plus = kind === 'stretch' && counted !== '' ? `+${counted}` : counted;
  const [first = '', ...rest] = wrap(harmless(objective.title), width - 14);
  const shown = outcome === 'skipped' ? paint.dim : outcome === 'failed' ? paint.bold : (text: string) => text;
  const gap = ' '.repeat(Math.max(1, width - 6 - stringWidth(first) - plus.length));
  return [`  ${mark[outcome]} ${shown(first)}${gap}${paint.dim(plus)}`, ...rest.map((line) => `    ${shown(line)}`)];
}

function reason(objective: ObjectiveResult, paint: Paint, width: number): string[] {
  if (objective.outcome !== 'skipped' || objective.because === undefined) return [];
  return wrap(harmless(objective.because), width - 8).map((line) => `      ${paint.dim(line)}`);
}

function details(objective: ObjectiveResult, options: TerminalOptions, paint: Paint, width: number): string[] {
  const lines = [''];
  const entry = (name: string, text: string | undefined, shown = (line: string) => line): void => {
    if (text === undefined) return;
    const all = wrap(harmless(text.trim()), width - 18);
    const kept = all.length > mostLines ? [...all.slice(0, mostLines), '…'] : all;
    kept.forEach((line, i) => {
      lines.push(`      ${paint.dim((i === 0 ? name : '').padEnd(10))}${shown(line)}`);
    });
  };
  entry('expected', objective.expected, paint.green);
  entry('received', objective.received, paint.red);
  entry('because', objective.because);
  const { blame } = objective;
  if (blame !== undefined) {
    lines.push(`      ${' '.repeat(10)}${paint.cyan(harmless(`${blame.file}:${blame.line}`))}`);
    lines.push(`      ${' '.repeat(10)}${paint.yellow(harmless(`    ${blame.text.trim()}`))}`);
  }
  entry('why', objective.why);
  for (const [i, line] of objective.reproduce.entries())
    lines.push(`      ${paint.dim((i === 0 ? 'try' : '').padEnd(10))}${harmless(line)}`);
  if (objective.outcome === 'failed') entry('manual', objective.manual, paint.dim);
  if (options.verbose)
    for (const exchange of objective.exchanges) {
      lines.push('');
      for (const line of exchange.request.split('\n'))
        lines.push(`        ${paint.cyan('>')} ${harmless(line.trimEnd())}`);
      for (const line of exchange.response.split('\n'))
        lines.push(`        ${paint.dim('<')} ${harmless(line.trimEnd())}`);
    }
  return lines;
}

function startup(result: LabResult, paint: Paint, width: number): string[] {
  const { ok, messages } = result.startup;
  const live = result.target.kind === 'live';
  const title = ok
    ? 'The server started, and said:'
    : paint.red(live ? 'The server cannot be checked:' : 'The server did not start:');
  return [`  ${title}`, '', ...messages.flatMap((message) => startupMessage(message, ok, paint, width))];
}

function startupMessage(message: StartupMessage, ok: boolean, paint: Paint, width: number): string[] {
  const place =
    message.file === undefined ? '' : `${message.file}${message.line === undefined ? '' : `:${message.line}`}`;
  const text = wrap(harmless(`[${message.severity}] ${message.text}`), width - 6);
  return [
    ...(place === '' ? [] : [`      ${paint.cyan(harmless(place))}`]),
    ...text.map((line) => `      ${ok ? paint.dim(line) : line}`),
    ...(message.source === undefined ? [] : [`          ${paint.yellow(harmless(message.source.trim()))}`]),
    ...(message.advice === undefined
      ? []
      : ['', ...wrap(harmless(message.advice), width - 6).map((line) => `      ${line}`)]),
  ];
}

function total(result: LabResult, paint: Paint): string[] {
  const { score } = result;
  const cells = 20;
  const filled = score.possible === 0 ? 0 : Math.floor((score.earned / score.possible) * cells);
  const shown = result.outcome === 'passed' ? paint.green : result.outcome === 'failed' ? paint.red : paint.yellow;
  const bar = shown('━'.repeat(filled)) + paint.dim('━'.repeat(cells - filled));
  const stretch = score.stretchPossible > 0 ? `   stretch +${score.stretchEarned} of ${score.stretchPossible}` : '';
  const duration = paint.dim(`   ${describeDuration(result.durationMs)}`);
  return [
    `  ${bar}  ${paint.bold(`${score.earned} of ${score.possible}`)}${stretch}   ${shown(verdict(result))}${duration}`,
  ];
}

function wayOn(result: LabResult, options: TerminalOptions, paint: Paint): string[] {
  const lab = labWord(result);
  const step = (what: string, command: string): string => `  ${what.padEnd(13)}${paint.cyan(command)}`;
  if (result.outcome === 'error')
    return [
      '  The grader could not finish, so this run counts for nothing. Please try again; to repeat it exactly:',
      `  ${paint.cyan(`npm run check ${lab} -- --seed ${result.seed} --verbose`)}`,
    ];
  if (result.target.kind === 'solution') return [];
  if (result.outcome === 'passed') {
    const stretch = result.objectives.some(({ kind, outcome }) => kind === 'stretch' && outcome === 'failed');
    return [
      ...(stretch ? [step('for more', `npm run hint ${lab}`)] : []),
      step('compare', `npm run solution ${lab}`),
      ...(options.next === undefined ? [] : [step('next', options.next)]),
    ];
  }
  if (!result.startup.ok && result.target.kind === 'live') return [step('try', `curl -i ${result.target.location}`)];
  if (!result.startup.ok)
    return [step('mend it', 'the line above, then check again'), step('start over', `npm run reset ${lab}`)];
  // What `try` shows is for a real machine; in the sandbox it needs a server, and that server's port.
  const curl = result.target.kind !== 'live' && result.objectives.some(showsCurl);
  return [
    step('a hint', `npm run hint ${lab}`),
    step('as you edit', `npm run watch ${lab}`),
    ...(curl ? [`${step('by hand', `npm run serve ${lab}`)}   (curl the port that it prints)`] : []),
  ];
}

const showsCurl = ({ outcome, reproduce }: ObjectiveResult): boolean =>
  outcome === 'failed' && reproduce.some((line) => line.startsWith('curl'));
