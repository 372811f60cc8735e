import { z } from 'zod';
import type { Student } from '../graded.ts';
import { readCsv } from './csv.ts';
import type { Owner } from './owner.ts';

/** A line of the roster. */
export interface RosterStudent extends Student {
  /** ISO 8601: when this student handed in, where the system's list says so and the files don't. */
  readonly submittedAt?: string;
}

/** A roster that can't be used: the file, the line, and what is wrong. */
export class RosterError extends Error {
  override readonly name = 'RosterError';
}

type Column = keyof z.infer<typeof row> | 'first' | 'last';

/** Headers by which the columns go, as the systems' own exports call them; compared without case, spaces and marks. */
const headers: Readonly<Record<string, Column>> = {
  ...alias('id', 'id', 'studentid', 'key'),
  ...alias('name', 'name', 'fullname', 'student', 'studentname', 'rosteridentifier'),
  ...alias('first', 'firstname', 'givenname', 'vorname'),
  ...alias('last', 'lastname', 'surname', 'familyname', 'nachname'),
  ...alias('email', 'email', 'emailaddress', 'mail'),
  ...alias('login', 'login', 'github', 'githublogin', 'githubusername'),
  ...alias('username', 'username', 'sisloginid'),
  ...alias('number', 'number', 'idnumber', 'useridnumber', 'sisuserid', 'sid', 'matriculationnumber'),
  ...alias('moodleId', 'moodleid', 'identifier', 'participant'),
  ...alias('canvasId', 'canvasid'),
  ...alias('gradescopeId', 'gradescopeid'),
  ...alias('section', 'section', 'sections', 'group'),
  ...alias('submittedAt', 'submittedat', 'submissiontimestamp', 'lastmodifiedsubmission'),
};

function alias(column: Column, ...names: readonly string[]): Record<string, Column> {
  return Object.fromEntries(names.map((name) => [name, column]));
}

const word = z.string().max(500).optional();
const row = z.object({
  id: word,
  name: word,
  email: z.email({ error: (issue) => `"${String(issue.input)}" is no e-mail address` }).optional(),
  login: z
    .string()
    .regex(/^[a-z\d](?:[a-z\d-]{0,38})$/i, { error: (issue) => `"${String(issue.input)}" is no GitHub login` })
    .optional(),
  username: word,
  number: word,
  moodleId: z
    .string()
    .transform((text) => text.replace(/^participant\s+/i, ''))
    .optional(),
  canvasId: word,
  gradescopeId: word,
  section: word,
  submittedAt: z.string().optional(),
});

/**
 * Reads a roster: a table whose first line names the columns, in our words or in those of Moodle's grading worksheet, Canvas'
 * gradebook, Gradescope's roster or GitHub Classroom's list. Throws RosterError with the line.
 */
export function readRoster(text: string, file: string): readonly RosterStudent[] {
  const [header, ...lines] = table(text, file);
  const columns = (header?.cells ?? []).map((cell) => headers[simplified(cell)]);
  if (!columns.some((column) => column !== undefined))
    throw new RosterError(
      `${file}:1: none of the columns is known. Known are: id, name, first name, last name, email, github, username, number, moodle id, canvas id, section`,
    );
  const canvas = (header?.cells ?? []).some((cell) => /^sis (login|user) id$/i.test(cell));
  if (canvas) for (const [at, column] of columns.entries()) if (column === 'id') columns[at] = 'canvasId';

  const students: RosterStudent[] = [];
  const seen = new Map<string, number>();
  for (const { line, cells } of lines) {
    const values = valuesOf(columns, cells);
    // Canvas' second line says how many points each assignment has.
    if (Object.keys(values).length === 0 || /^points possible$/i.test(values.name ?? '')) continue;
    const read = row.safeParse(values);
    if (!read.success) {
      const [issue] = read.error.issues;
      throw new RosterError(`${file}:${line}: ${issue?.path.join('.')}: ${issue?.message}`);
    }
    const { submittedAt, ...facts } = withoutUndefined(read.data);
    const id = facts.id ?? keyOf(facts);
    if (id === undefined) throw new RosterError(`${file}:${line}: nothing on this line says who it is`);
    const before = seen.get(id);
    if (before !== undefined)
      throw new RosterError(
        `${file}:${line}: "${id}" stands on line ${before} already; give the students an "id" column`,
      );
    seen.set(id, line);
    const time = submittedAt === undefined ? undefined : timeOf(submittedAt, file, line);
    students.push({ ...facts, id, enrolled: true, ...(time !== undefined && { submittedAt: time }) });
  }
  if (students.length === 0) throw new RosterError(`${file}: there is no student in it`);
  return students;
}

/** The key of a student who has no other: the surest of what is known. */
export function keyOf(facts: Omit<Student, 'id' | 'enrolled'>): string | undefined {
  const { number, username, email, login, canvasId, moodleId, gradescopeId, name } = facts;
  return number ?? username ?? email ?? login ?? canvasId ?? moodleId ?? gradescopeId ?? name;
}

/** Finds the student of a submission: by numbers and addresses first, by the name only when nobody shares it. */
export function matchStudent(roster: readonly RosterStudent[], owner: Owner): RosterStudent | undefined {
  for (const key of ['moodleId', 'canvasId', 'gradescopeId', 'number', 'email', 'login'] as const) {
    const value = owner[key]?.toLowerCase();
    if (value === undefined) continue;
    const found = roster.filter((student) => student[key]?.toLowerCase() === value);
    if (found.length === 1) return found[0];
  }
  const name = owner.name === undefined ? '' : simplified(owner.name);
  if (name === '') return undefined;
  const keyed = roster.filter(({ id, login, username, email, number }) =>
    [id, login, username, email, email?.split('@')[0], number].some(
      (one) => one !== undefined && simplified(one) === name,
    ),
  );
  if (keyed.length === 1) return keyed[0];
  const named = roster.filter((student) => spellings(student.name ?? '').has(name));
  return named.length === 1 ? named[0] : undefined;
}

/** A name as it may turn up: as written, and every rotation of its words (`lovelaceada`). */
function spellings(name: string): ReadonlySet<string> {
  const words = name
    .split(/[\s,]+/)
    .map(simplified)
    .filter((part) => part !== '');
  return new Set(words.map((_, i) => [...words.slice(i), ...words.slice(0, i)].join('')));
}

/** Lower case, without accents, spaces and punctuation. */
function simplified(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function table(text: string, file: string): ReturnType<typeof readCsv> {
  try {
    return readCsv(text);
  } catch (error) {
    throw new RosterError(`${file}: ${(error as Error).message}`);
  }
}

function valuesOf(columns: readonly (Column | undefined)[], cells: readonly string[]): Partial<Record<Column, string>> {
  const values: Partial<Record<Column, string>> = {};
  for (const [at, column] of columns.entries()) {
    const cell = cells[at] ?? '';
    if (column !== undefined && cell !== '') values[column] ??= cell;
  }
  const { first, last, ...rest } = values;
  if (first === undefined && last === undefined) return rest;
  return { ...rest, name: rest.name ?? [first, last].filter((part) => part !== undefined).join(' ') };
}

function timeOf(text: string, file: string, line: number): string | undefined {
  if (text === '-') return undefined;
  const time = new Date(text.replace(/^[a-z]+day, /i, '').replace(/ UTC$/, 'Z'));
  if (Number.isNaN(time.getTime())) throw new RosterError(`${file}:${line}: "${text}" is no point in time`);
  return time.toISOString();
}

/** Optional properties are left out rather than undefined. */
type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
