import { harmless, wrap } from '../reporters/text.ts';
import { countingAttempts, finalPoints, type GradedAttempt, type GradedClass, type GradedLab } from './graded.ts';

export interface SummaryStyle {
  readonly colour: boolean;
  readonly width: number;
}

/** Shown of each list; the rest is counted. */
const longestList = 5;

/** What an instructor wants to know first, as text for a terminal: how it went, what went wrong most, what to look at. */
export function summary(graded: GradedClass, { colour, width }: SummaryStyle): string {
  const paint = (code: number, text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const counting = countingAttempts(graded);
  const sections = graded.labs.map((lab) => {
    const attempts = counting.filter((attempt) => attempt.lab === lab.lab);
    return [
      paint(1, `${labName(lab)} · ${lab.title}`),
      ...indented([
        ...overview(attempts, graded, lab),
        '',
        ...distribution(attempts, lab, Math.min(40, width - 30)),
        ...fitted(block('failed most', hardest(attempts)).join('\n'), width - 2),
      ]),
    ].join('\n');
  });
  const general = [
    ...block('slowest', slowest(graded.attempts)),
    ...block('refused, not reached, or could not be graded', troubles(counting)),
    ...block('handed in nothing', absent(graded, counting)),
    ...block('handed in, but not in the roster', strangers(graded, counting)),
    ...block('alike, worth a look (no verdict)', pairs(graded)),
  ];
  const parts = [...sections, fitted(general.slice(1).join('\n'), width).join('\n')];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const labName = ({ lab }: GradedLab): string => `Lab ${/^lab(\d+)/.exec(lab)?.[1] ?? lab}`;

function overview(attempts: readonly GradedAttempt[], { students }: GradedClass, lab: GradedLab): string[] {
  const count = (outcome: GradedAttempt['outcome']) => attempts.filter((attempt) => attempt.outcome === outcome).length;
  const late = attempts.filter(({ late }) => late !== undefined).length;
  const points = attempts.map(finalPoints).sort((a, b) => a - b);
  const handedIn = new Set(attempts.map(({ student }) => student.id));
  const missing = students.filter(({ id, enrolled }) => enrolled && !handedIn.has(id)).length;
  const parts = [
    `${attempts.length} student${attempts.length === 1 ? '' : 's'}`,
    `${count('passed')} passed`,
    `${count('failed')} not`,
    ...(count('refused') > 0 ? [`${count('refused')} refused`] : []),
    ...(count('error') > 0 ? [`${count('error')} could not be graded`] : []),
    ...(late > 0 ? [`${late} late`] : []),
    ...(missing > 0 ? [`${missing} handed in nothing`] : []),
  ];
  const mean = points.reduce((sum, one) => sum + one, 0) / Math.max(1, points.length);
  const median = points[points.length >> 1] ?? 0;
  return [
    parts.join(', '),
    `mean ${round(mean)}, median ${round(median)} of ${lab.possible}${lab.stretchPossible > 0 ? ` (+${lab.stretchPossible})` : ''}`,
  ];
}

/** A bar for each tenth of the points; those with extra points stand in the last. */
function distribution(attempts: readonly GradedAttempt[], { possible }: GradedLab, width: number): string[] {
  if (attempts.length === 0 || possible === 0) return [];
  const bins = Array.from({ length: 11 }, () => 0);
  for (const attempt of attempts) {
    const tenth = Math.min(10, Math.floor((finalPoints(attempt) / possible) * 10 + 1e-9));
    bins[tenth]!++;
  }
  const most = Math.max(...bins);
  return bins.map((count, tenth) => {
    const from = Math.round((possible * tenth) / 10);
    const to = Math.round((possible * (tenth + 1)) / 10) - 1;
    const label = tenth === 10 ? `${from}+` : `${from}-${to}`;
    const bar = '█'.repeat(count === 0 ? 0 : Math.max(1, Math.round((count / most) * Math.max(10, width))));
    return `${label.padStart(8)} ${bar}${count === 0 ? '·' : ` ${count}`}`;
  });
}

/** Objectives that most students failed, with the cause that most of them share. */
function hardest(attempts: readonly GradedAttempt[]): string[] {
  const failed = new Map<string, { title: string; causes: string[] }>();
  for (const { result } of attempts) {
    if (result !== undefined && !result.startup.ok) {
      add('startup', 'The server starts.', result.startup.messages[0]?.text ?? 'it did not start');
      continue;
    }
    for (const { id, title, outcome, because, received } of result?.objectives ?? [])
      if (outcome === 'failed') add(id, title, because ?? received ?? '');
  }
  function add(id: string, title: string, cause: string): void {
    const entry = failed.get(id) ?? { title, causes: [] };
    entry.causes.push(cause);
    failed.set(id, entry);
  }
  const sorted = [...failed].sort(([, a], [, b]) => b.causes.length - a.causes.length);
  return sorted.slice(0, longestList).flatMap(([id, { causes, title }]) => {
    const [cause, count] = commonest(causes);
    const line = `${String(causes.length).padStart(4)}  ${id}  ${title}`;
    return cause === '' ? [line] : [line, `      ${count} of them: ${oneLine(cause)}`];
  });
}

/** The commonest cause, addresses and numbers aside; as the first of them said it. */
function commonest(causes: readonly string[]): [string, number] {
  const groups = Map.groupBy(causes, (cause) => cause.replaceAll(/[\d.:/]*\d[\d.:/]*/g, '#'));
  const largest = [...groups.values()].reduce((most, group) => (group.length > most.length ? group : most), []);
  return [largest[0] ?? '', largest.length];
}

function slowest(attempts: readonly GradedAttempt[]): string[] {
  const sorted = attempts.toSorted((a, b) => b.durationMs - a.durationMs).slice(0, 3);
  return sorted.map((attempt) => `${(attempt.durationMs / 1000).toFixed(1).padStart(6)} s  ${nameOf(attempt)}`);
}

function troubles(attempts: readonly GradedAttempt[]): string[] {
  const troubled = attempts.filter(
    ({ outcome, problem }) => outcome === 'refused' || outcome === 'error' || problem?.kind === 'unreachable',
  );
  const lines = troubled.slice(0, 2 * longestList).map((attempt) => {
    const { reason = 'the grader failed', file, line } = attempt.problem ?? {};
    const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}`}: `;
    return `${nameOf(attempt)}: ${place}${oneLine(reason)}`;
  });
  return withRest(lines, troubled.length);
}

function absent({ students, labs }: GradedClass, attempts: readonly GradedAttempt[]): string[] {
  const handedIn = new Set(attempts.map(({ student, lab }) => `${student.id} ${lab}`));
  const lines = labs.flatMap(({ lab }) =>
    students
      .filter(({ id, enrolled }) => enrolled && !handedIn.has(`${id} ${lab}`))
      .map(({ id, name }) => `${name ?? id}, ${/^lab\d+/.exec(lab)?.[0] ?? lab}`),
  );
  return withRest(lines.slice(0, 2 * longestList), lines.length);
}

/** Without a roster nobody is enrolled, and nobody is a stranger. */
function strangers({ students }: GradedClass, attempts: readonly GradedAttempt[]): string[] {
  if (!students.some(({ enrolled }) => enrolled)) return [];
  const handedIn = new Set(attempts.map(({ student }) => student.id));
  const names = students.filter(({ id, enrolled }) => !enrolled && handedIn.has(id)).map(({ id, name }) => name ?? id);
  return withRest(names.slice(0, 2 * longestList), names.length);
}

function pairs({ pairs: all, students }: GradedClass): string[] {
  const names = new Map(students.map(({ id, name }) => [id, name ?? id]));
  const lines = all.slice(0, 2 * longestList).map(({ lab, first, second, because }) => {
    const [a, b] = [names.get(first.student), names.get(second.student)];
    return `${a} and ${b}, ${/^lab\d+/.exec(lab)?.[0] ?? lab}: ${because}`;
  });
  return withRest(lines, all.length);
}

const nameOf = ({ student, lab, attempt }: GradedAttempt): string =>
  `${student.name ?? student.id}, ${/^lab\d+/.exec(lab)?.[0] ?? lab}${attempt > 1 ? `, attempt ${attempt}` : ''}`;

function withRest(lines: string[], total: number): string[] {
  return total > lines.length ? [...lines, `and ${total - lines.length} more`] : lines;
}

function block(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...indented(lines)];
}

/** What students' names and files brought in is shown, not obeyed; long lines go on below their own text. */
function fitted(text: string, width: number): string[] {
  return harmless(text)
    .split('\n')
    .flatMap((line) => {
      const [, margin = '', rest = ''] = /^(\s*(?:\d+ {2})?)(.*)$/.exec(line) ?? [];
      const [first = '', ...more] = wrap(rest, Math.max(20, width - margin.length));
      return [`${margin}${first}`, ...more.map((part) => `${' '.repeat(margin.length)}${part}`)];
    });
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => (line === '' ? '' : `  ${line}`));

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 160);

const round = (value: number): string => String(Math.round(value * 10) / 10);
