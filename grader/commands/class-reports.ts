import { appendFileSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { GradedAttempt, GradedClass } from '../batch/graded.ts';
import {
  type ClassFormat,
  type ClassReportOptions,
  classFormats,
  classReporter,
  moodleUsers,
  ReportRefused,
} from '../reporters/class/index.ts';
import type { ReportFile } from '../reporters/class/report.ts';
import { findLab } from './labs.ts';
import { UsageError } from './usage.ts';

/** What the command line says about reports of a class. */
export interface ClassReportWords {
  readonly report?: readonly string[];
  readonly assignment?: readonly string[];
  readonly moodleUser?: string;
  readonly maximum?: string;
  readonly cap?: boolean;
}

/** Reports that are wanted, and how. */
export interface WantedClassReports {
  readonly reports: readonly { readonly format: ClassFormat; readonly place: string }[];
  readonly options: ClassReportOptions;
}

/** Reads the options, before anything is graded; throws UsageError that names what there is. */
export function parseClassReports(words: ClassReportWords): WantedClassReports {
  const { moodleUser, maximum, cap = false } = words;
  const user = moodleUsers.find((known) => known === moodleUser);
  if (moodleUser !== undefined && user === undefined)
    throw new UsageError(`--moodle-user: "${moodleUser}" is not one of ${moodleUsers.join(', ')}`);
  if (maximum !== undefined && !(Number(maximum) > 0))
    throw new UsageError(`--maximum: "${maximum}" is no number of points`);
  const assignments = Object.fromEntries(
    (words.assignment ?? []).map((text) => {
      const [, lab = '', title = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
      if (title === '') throw new UsageError(`--assignment: "${text}" is not LAB=TITLE (ID)`);
      return [findLab(lab).folder, title];
    }),
  );
  return {
    reports: (words.report ?? []).map(parseReport),
    options: {
      assignments,
      cap,
      ...(user !== undefined && { user }),
      ...(maximum !== undefined && { maximum: Number(maximum) }),
    },
  };
}

function parseReport(text: string): WantedClassReports['reports'][number] {
  const [, name = '', place = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  const format = classFormats.find((known) => known === name);
  if (format === undefined || place === '')
    throw new UsageError(`--report: "${text}" is not FORMAT=PLACE. Formats: ${classFormats.join(', ')}.`);
  return { format, place: resolve(process.env.INIT_CWD ?? process.cwd(), place) };
}

/** Begins the JSON Lines that are wanted: each attempt is written as soon as it is graded. */
export function streamJsonLines({ reports }: WantedClassReports): (attempt: GradedAttempt) => void {
  const places = reports.filter(({ format }) => format === 'jsonl').map(({ place }) => place);
  for (const place of places) writeFileSync(place, '');
  return (attempt) => {
    for (const place of places) appendFileSync(place, `${JSON.stringify(attempt)}\n`);
  };
}

/**
 * Writes the reports and says on stderr who was left out of them. What another system would refuse is not written; the others are,
 * and then it throws UsageError with the reasons.
 */
export async function writeClassReports({ reports, options }: WantedClassReports, graded: GradedClass): Promise<void> {
  const refused: string[] = [];
  for (const { format, place } of reports) {
    const report = await classReporter(format);
    try {
      const { files, notes } = report(graded, options);
      await writeFiles(place, files);
      for (const note of notes) process.stderr.write(`${note}\n`);
    } catch (error) {
      if (!(error instanceof ReportRefused)) throw new UsageError(`--report: ${place}: ${(error as Error).message}`);
      refused.push(error.message, `${place} was not written.`);
    }
  }
  if (refused.length > 0) throw new UsageError(refused.join('\n'));
}

async function writeFiles(place: string, files: readonly ReportFile[]): Promise<void> {
  const [first] = files;
  if (first !== undefined && first.path === '') {
    await mkdir(dirname(place), { recursive: true });
    return writeFile(place, first.content);
  }
  if (place.endsWith('.zip')) {
    const { writeZip } = await import('./zip.ts');
    return writeZip(place, files);
  }
  for (const { path, content } of files) {
    const file = join(place, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
