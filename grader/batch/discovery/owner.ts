/** What an export or a folder says of whose a submission is; a roster turns it into a student. */
export interface Owner {
  readonly name?: string;
  readonly email?: string;
  readonly login?: string;
  readonly number?: string;
  readonly moodleId?: string;
  readonly canvasId?: string;
  readonly gradescopeId?: string;
}

/** A name of an entry in an export, taken apart. */
export interface ExportName {
  readonly owner: Owner;
  /** What is left of the name: the file as the student called it; empty for a folder. */
  readonly rest: string;
  /** Whether the system marked it as late. */
  readonly late?: true;
}

/**
 * Moodle's "Download all submissions": `Ada Lovelace_12345_assignsubmission_file_` as a folder, or with the file's name behind it.
 * Source: mod/assign/locallib.php, `download_submissions`.
 */
export function moodleName(name: string): ExportName | undefined {
  const match = /^(.+?)_(\d+)_assignsubmission_(?:file|onlinetext)(?:_(.*))?$/s.exec(name);
  if (match === null) return undefined;
  return { owner: { name: match[1]!, moodleId: match[2]! }, rest: match[3] ?? '' };
}

/**
 * Canvas' "Download submissions": `lovelaceada_LATE_12345_67890_default.conf`; the first number is the user, the second the file.
 * Source: Canvas' submission zip naming (`lib/submission_zip` of instructure/canvas-lms).
 */
export function canvasName(name: string): ExportName | undefined {
  const match = /^([^_/]+)_(?:(LATE)_)?(\d+)_(?:(\d+)_)?(.+)$/s.exec(name);
  if (match === null) return undefined;
  // Without the second number it is an online text or an address: `lovelaceada_12345_text.html`.
  if (match[4] === undefined && !/^(text|url)\b/.test(match[5]!)) return undefined;
  return {
    owner: { name: match[1]!, canvasId: match[3]! },
    // Canvas numbers a file that was handed in again: default-1.conf.
    rest: match[5]!.replace(/-\d+(?=\.[^.]+$)/, ''),
    ...(match[2] !== undefined && { late: true }),
  };
}

/** The assignment of a GitHub Classroom download: the folder `lab3-submissions` holds `lab3-LOGIN`. */
export function classroomAssignment(folder: string, entries: readonly string[]): string | undefined {
  const assignment = /^(.+)-submissions(?:-\d[\w-]*)?$/.exec(folder)?.[1];
  if (assignment === undefined) return undefined;
  return entries.some((entry) => entry.startsWith(`${assignment}-`)) ? assignment : undefined;
}

/** The login of one repository of an assignment. */
export function classroomName(name: string, assignment: string): ExportName | undefined {
  const login = name.startsWith(`${assignment}-`) ? name.slice(assignment.length + 1) : '';
  return login === '' ? undefined : { owner: { login }, rest: '' };
}
