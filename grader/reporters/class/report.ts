import type { GradedClass } from '../../batch/graded.ts';

/** What a class report is made of: files, and what the instructor should know about them. */
export interface ClassReport {
  readonly files: readonly ReportFile[];
  /** Students who were left out, and why; nothing that stops the import. */
  readonly notes: readonly string[];
}

export interface ReportFile {
  /** Inside the report, `/` between parts; a report of one file has the path `''`. */
  readonly path: string;
  readonly content: string;
}

export interface ClassReportOptions {
  /** Canvas: the assignment of each lab as its gradebook calls it, `Title (id)`, by the lab's folder. */
  readonly assignments?: Readonly<Record<string, string>>;
  /** Moodle: by what it knows its users. The first that all have is taken when left out. */
  readonly user?: MoodleUser;
  /** Moodle: the grade item's maximum; a lab's core points when left out. */
  readonly maximum?: number;
  /** Moodle: grades above the maximum are cut to it. */
  readonly cap?: boolean;
}

/** Columns by which Moodle finds a user. Its `userid` is in no export, so we never know it. */
export const moodleUsers = ['useridnumber', 'username', 'useremail'] as const;
export type MoodleUser = (typeof moodleUsers)[number];

/** A pure function of a graded class. Throws ReportRefused for what the other system would refuse whole. */
export type ClassReporter = (graded: GradedClass, options: ClassReportOptions) => ClassReport;

/** The other system would refuse this file, or do something with it that nobody wants; each line says what and what to do. */
export class ReportRefused extends Error {
  override readonly name = 'ReportRefused';

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** A report of one file. */
export function oneFile(content: string, notes: readonly string[] = []): ClassReport {
  return { files: [{ path: '', content }], notes };
}
