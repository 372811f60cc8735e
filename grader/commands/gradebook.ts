import { existsSync } from 'node:fs';
import { join } from 'node:path';
import stringWidth from 'fast-string-width';
import { countingAttempts, type GradedAttempt, type GradedClass } from '../batch/graded.ts';
import { harmless } from '../reporters/text.ts';
import { type ClassReportWords, parseClassReports, writeClassReports } from './class-reports.ts';
import { existingPath, findLab } from './labs.ts';
import { print } from './output.ts';
import { exitCodes, UsageError } from './usage.ts';

export interface GradebookOptions extends ClassReportWords {
  readonly student?: string;
  readonly lab?: string;
  readonly outcome?: string;
  readonly late?: boolean;
  readonly all?: boolean;
  readonly json?: boolean;
}

const outcomes = ['passed', 'failed', 'refused', 'error'] as const;

/** `gradebook RESULTS`: lists, filters and exports what is in the gradebook. Returns the exit code. */
export async function gradebook(place: string, options: GradebookOptions): Promise<number> {
  const file = existingPath(place, 'gradebook');
  const book = existsSync(join(file, 'gradebook.sqlite')) ? join(file, 'gradebook.sqlite') : file;
  if (options.outcome !== undefined && !outcomes.some((outcome) => outcome === options.outcome))
    throw new UsageError(`--outcome: "${options.outcome}" is not one of ${outcomes.join(', ')}`);
  const wanted = parseClassReports(options);
  const graded = filtered(await read(book), options);
  if (wanted.reports.length > 0) await writeClassReports(wanted, graded);
  else if (options.json) await print(`${JSON.stringify(graded, undefined, 2)}\n`);
  else await print(table(shown(graded, options)));
  return exitCodes.passed;
}

async function read(file: string): Promise<GradedClass> {
  const [{ Gradebook }, { gradedAttempts, labWorth }] = await Promise.all([
    import('../batch/gradebook/gradebook.ts'),
    import('../batch/class/assemble.ts'),
  ]);
  let book: InstanceType<typeof Gradebook> | undefined;
  try {
    book = new Gradebook(file, { readOnly: true });
    const run = book.lastRun();
    if (run === undefined) throw new Error(`${file}: nothing has been graded yet`);
    const handedIn = book.attempts();
    const worth = await labWorth(new Set(handedIn.map(({ lab }) => lab)));
    const attempts = gradedAttempts(book, run.settings, worth);
    if (attempts.length < handedIn.length)
      process.stderr.write(
        `${handedIn.length - attempts.length} of ${handedIn.length} submissions have no verdict yet: the same \`grade\` again continues.\n`,
      );
    const graded = new Set(attempts.map(({ student }) => student.id));
    const waiting = new Set(handedIn.map(({ student }) => student.id).filter((id) => !graded.has(id)));
    return {
      seed: run.seed,
      gradedAt: run.startedAt,
      policy: run.settings.policy,
      // Whoever waits for a verdict has not handed in nothing.
      students: book.students().filter(({ id }) => !waiting.has(id)),
      labs: [...worth.values()],
      attempts,
      pairs: [],
    };
  } catch (error) {
    throw new UsageError((error as Error).message);
  } finally {
    book?.close();
  }
}

/** What the options leave of a class. */
function filtered(graded: GradedClass, { student, lab, outcome, late }: GradebookOptions): GradedClass {
  const wanted = student?.toLowerCase();
  const isWanted = (one: GradedAttempt['student']) =>
    wanted === undefined ||
    [one.id, one.name, one.email, one.login, one.username].some((word) => word?.toLowerCase().includes(wanted)) ||
    [one.number, one.moodleId, one.canvasId, one.gradescopeId].some((number) => number?.toLowerCase() === wanted);
  const folder = lab === undefined ? undefined : findLab(lab).folder;
  return {
    ...graded,
    students: graded.students.filter(isWanted),
    labs: graded.labs.filter((one) => folder === undefined || one.lab === folder),
    attempts: graded.attempts.filter(
      (attempt) =>
        isWanted(attempt.student) &&
        (folder === undefined || attempt.lab === folder) &&
        (outcome === undefined || attempt.outcome === outcome) &&
        (!late || attempt.late !== undefined),
    ),
  };
}

const shown = (graded: GradedClass, { all }: GradebookOptions): readonly GradedAttempt[] =>
  all ? graded.attempts : countingAttempts(graded);

function table(attempts: readonly GradedAttempt[]): string {
  const head = [
    'student',
    'lab',
    'attempt',
    'points',
    'of',
    'stretch',
    'outcome',
    'late',
    'engine',
    'graded',
    'source',
  ];
  const rows = attempts.map((attempt) =>
    [
      attempt.student.name ?? attempt.student.id,
      /^lab\d+/.exec(attempt.lab)?.[0] ?? attempt.lab,
      String(attempt.attempt),
      String(attempt.points.after.earned),
      String(attempt.points.after.possible),
      `+${attempt.points.after.stretchEarned}`,
      attempt.problem?.kind ?? attempt.outcome,
      attempt.late === undefined ? '' : lateInWords(attempt.late),
      attempt.engine,
      localTime(attempt.gradedAt),
      attempt.source,
    ].map(harmless),
  );
  const numbers = new Set([2, 3, 4, 5]);
  const widths = head.map((word, at) => Math.max(word.length, ...rows.map((row) => stringWidth(row[at]!))));
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) =>
        numbers.has(at) ? cell.padStart(widths[at]!) : cell + ' '.repeat(widths[at]! - stringWidth(cell)),
      )
      .join('  ')
      .trimEnd();
  return `${[head, ...rows].map(line).join('\n')}\n`;
}

/** A moment on this machine's clock, as deadlines are given: `2026-03-01 23:59`. */
function localTime(moment: string): string {
  return new Date(moment).toLocaleString('sv-SE').slice(0, 16);
}

function lateInWords({ seconds, penalty }: NonNullable<GradedAttempt['late']>): string {
  const time =
    seconds < 3600
      ? `${Math.ceil(seconds / 60)} min`
      : seconds < 172_800
        ? `${Math.ceil(seconds / 3600)} h`
        : `${Math.ceil(seconds / 86_400)} d`;
  return penalty === 0 ? time : `${time} -${Math.round(penalty * 100)}%`;
}
