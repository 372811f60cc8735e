import stringWidth from 'fast-string-width';
import type { RequestTrace, TraceAttempt, TracePlace, TraceStep } from '../trace.ts';
import { createPaint, harmless, type Paint, wrap } from './text.ts';

export interface TraceOptions {
  readonly colour?: boolean;
  /** Columns; 80 by default, and never more than 100 are used. */
  readonly width?: number;
  /** Without the candidates, what was sent on, and the headers. */
  readonly brief?: boolean;
}

/** Columns before what a step says. */
const margin = 13;

/** Lines of the request that an application gets. */
const mostLines = 14;

/** What became of one request, step by step, for people at a terminal. */
export function traceText({ steps }: Pick<RequestTrace, 'steps'>, options: TraceOptions = {}): string {
  const paint = createPaint(options.colour ?? false);
  const width = Math.max(40, Math.min(options.width ?? 80, 100));
  const shown = options.brief ? steps.filter(({ step }) => step !== 'header').map(brief) : steps;
  return `${told(shown, paint, width).join('\n')}\n`;
}

function brief(step: TraceStep): TraceStep {
  if (step.step === 'server' || step.step === 'location') return { ...step, candidates: [] };
  return step.step === 'upstream' ? { ...step, request: [] } : step;
}

function told(steps: readonly TraceStep[], paint: Paint, width: number): string[] {
  let before: string | undefined;
  return steps.flatMap((step) => {
    const name = step.step === 'phase' ? (phases[step.phase] ?? step.phase) : (labels[step.step] ?? step.step);
    const label = name === before ? '' : name;
    const gap = name === before || before === undefined ? [] : [''];
    before = name;
    return [...gap, ...stepLines(step, label, paint, width)];
  });
}

const labels: Partial<Record<TraceStep['step'], string>> = {
  subrequest: 'by the way',
  log: 'error log',
};

const phases: Readonly<Record<string, string>> = {
  'post-read': 'client',
  'find-config': 'location',
  preaccess: 'limits',
  precontent: 'content',
};

function stepLines(step: TraceStep, label: string, paint: Paint, width: number): string[] {
  const lines = wrap(harmless(says(step)), width - margin - 2).map((line, i) => {
    const name = paint.dim((i === 0 ? label : '').padEnd(margin - 2));
    return `  ${name}${step.step === 'answer' ? paint.bold(line) : step.step === 'log' ? paint.red(line) : line}`;
  });
  if (step.directive !== undefined && step.at !== undefined && !listsItself(step)) {
    lines.push(...besides(paint.yellow, inOneLine(step.directive), step.at, paint, width, margin));
  }
  return [...lines, ...more(step, paint, width)];
}

/** The one that was chosen is among the candidates, with its line. */
function listsItself(step: TraceStep): boolean {
  return step.step === 'location' && step.candidates.length > 1 && step.candidates.some(({ chosen }) => chosen);
}

function says(step: TraceStep): string {
  if (step.step !== 'answer') return step.says;
  return step.status > 0 && step.status !== 444 ? `${step.status}, ${step.bytes} bytes of body` : step.says;
}

function more(step: TraceStep, paint: Paint, width: number): string[] {
  switch (step.step) {
    case 'server':
    case 'location':
      if (step.candidates.length < 2) return [];
      return step.candidates.flatMap(({ directive, at, chosen, says: why, depth = 0 }) => {
        // Of a server its names tell more than the word `server`.
        const [text, reason] = step.step === 'server' ? [why, undefined] : [directive, why];
        const mark = chosen ? paint.green('✓') : paint.dim('·');
        const indent = margin + 2 + 2 * depth;
        const [first = '', ...rest] = besides(chosen ? paint.yellow : paint.dim, text, at, paint, width, indent);
        const lines = [`${first.slice(0, indent - 2)}${mark} ${first.slice(indent)}`, ...rest];
        const show = reason !== undefined && !chosen;
        if (show)
          for (const line of wrap(reason, width - indent - 4))
            lines.push(`${' '.repeat(indent + 2)}${paint.dim(line)}`);
        return lines;
      });
    case 'upstream':
      return [...sent(step.request ?? [], paint, width), ...step.attempts.flatMap((one) => attempt(one, paint, width))];
    case 'subrequest':
      return told(step.steps, paint, Math.max(40, width - 2)).map((line) => (line === '' ? '' : `  ${line}`));
    default:
      return [];
  }
}

function sent(request: readonly string[], paint: Paint, width: number): string[] {
  const room = width - margin - 6;
  const lines = request.slice(0, mostLines).map((line) => {
    const short = line.length > room ? `${line.slice(0, room - 1)}…` : line;
    return `${' '.repeat(margin)}${paint.cyan('>')} ${paint.dim(harmless(short))}`;
  });
  return request.length > mostLines ? [...lines, `${' '.repeat(margin)}  …`] : lines;
}

function attempt({ address, status, at }: TraceAttempt, paint: Paint, width: number): string[] {
  const answer = status === undefined ? `${address} gave no answer` : `${address} answered ${status}`;
  return besides((text) => text, answer, at, paint, width, margin);
}

/** Of a word that stands for several lines, `"...\\n"`, what was written. */
const inOneLine = (directive: string): string => directive.replaceAll('\n', '\\n').replaceAll('\t', '\\t');

/** A text with the place it is about at the right edge, or below it where there is no room. */
function besides(
  shown: (text: string) => string,
  text: string,
  at: TracePlace | undefined,
  paint: Paint,
  width: number,
  indent: number,
): string[] {
  const space = ' '.repeat(indent);
  const lines = wrap(harmless(text), width - indent - 2);
  if (at === undefined) return lines.map((line) => space + shown(line));
  const place = harmless(`${at.file}:${at.line}`);
  const last = lines.at(-1)!;
  const gap = width - 2 - indent - stringWidth(last) - stringWidth(place);
  const before = lines.slice(0, -1).map((line) => space + shown(line));
  if (gap >= 2) return [...before, `${space}${shown(last)}${' '.repeat(gap)}${paint.cyan(place)}`];
  const below = ' '.repeat(Math.max(2, Math.min(indent + 2, width - 2 - stringWidth(place))));
  return [...before, space + shown(last), below + paint.cyan(place)];
}
