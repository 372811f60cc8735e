import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { LabResult } from '../../result.ts';
import type { GradedOutcome, Student, SubmissionKind, SubmissionProblem } from '../graded.ts';
import { prepare } from './schema.ts';
import { type Settings, settingsData } from './settings.ts';

/** One run over a class; `finished` is false for one that was interrupted. */
export interface Run {
  readonly id: number;
  readonly mode: 'grade' | 'regrade';
  readonly seed: number;
  readonly settings: Settings;
  readonly startedAt: string;
  readonly finished: boolean;
}

/** What was handed in, before it is graded. */
export interface Handed {
  readonly student: Student;
  readonly lab: string;
  readonly source: string;
  readonly digest: string;
  readonly kind: SubmissionKind;
  readonly namedAttempt?: number;
  readonly submittedAt?: string;
  readonly markedLate: boolean;
}

/** An attempt as it is kept. */
export interface KeptAttempt extends Handed {
  readonly id: number;
}

/** One verdict on one attempt. */
export interface Grading {
  readonly attempt: number;
  readonly run: number;
  readonly engine: 'reference' | 'nginx';
  readonly engineVersion?: string;
  readonly workbookVersion: string;
  readonly workbookDigest: string;
  readonly seed: number;
  readonly gradedAt: string;
  readonly durationMs: number;
  readonly outcome: GradedOutcome;
  readonly problem?: SubmissionProblem;
  readonly result?: LabResult;
}

type Row = Record<string, SQLOutputValue>;

/** The class's book: every student, attempt and verdict there ever was. One file, SQLite. */
export class Gradebook {
  readonly #database: DatabaseSync;

  /** Opens the file and makes it when it isn't there. Throws an Error when it is no gradebook, or of another version. */
  constructor(file: string, options: { readonly readOnly?: boolean } = {}) {
    this.#database = new DatabaseSync(file, { readOnly: options.readOnly ?? false, timeout: 10_000 });
    try {
      if (!options.readOnly) prepare(this.#database);
      this.#database.prepare('SELECT count(*) FROM gradings').get();
    } catch (error) {
      this.#database.close();
      throw new Error(`${file}: ${(error as Error).message}`);
    }
  }

  close(): void {
    this.#database.close();
  }

  /** The interrupted run of this mode, if the last one was; else a new one with this seed. */
  begin(mode: Run['mode'], seed: () => number, settings: Settings): Run {
    return this.#transaction(() => {
      const last = this.lastRun();
      if (last !== undefined && !last.finished && last.mode === mode) {
        this.#run('UPDATE runs SET settings = ? WHERE id = ?', JSON.stringify(settings), last.id);
        return { ...last, settings };
      }
      const startedAt = new Date().toISOString();
      const chosen = seed();
      const id = this.#run(
        'INSERT INTO runs (mode, seed, settings, started_at) VALUES (?, ?, ?, ?)',
        mode,
        chosen,
        JSON.stringify(settings),
        startedAt,
      );
      return { id, mode, seed: chosen, settings, startedAt, finished: false };
    });
  }

  finish(run: Run): void {
    this.#run('UPDATE runs SET finished_at = ? WHERE id = ?', new Date().toISOString(), run.id);
  }

  lastRun(): Run | undefined {
    const row = this.#database.prepare('SELECT * FROM runs ORDER BY id DESC LIMIT 1').get();
    return row === undefined ? undefined : readRun(row);
  }

  /** Keeps the students in this order, before those who were known already. */
  keepStudents(students: readonly Student[]): void {
    this.#transaction(() => {
      this.#run('UPDATE students SET position = position + ?', students.length);
      const put = this.#database.prepare(
        'INSERT INTO students (id, position, facts) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET position = excluded.position, facts = excluded.facts',
      );
      for (const [position, student] of students.entries()) put.run(student.id, position, JSON.stringify(student));
    });
  }

  students(): readonly Student[] {
    const rows = this.#database.prepare('SELECT facts FROM students ORDER BY position, id').all();
    return rows.map(({ facts }) => JSON.parse(String(facts)) as Student);
  }

  /** Keeps what was handed in; what is known already stays, with what the system now says of it. */
  keepAttempts(handed: readonly Handed[]): readonly KeptAttempt[] {
    const put = this.#database.prepare(
      `INSERT INTO attempts (student, lab, source, digest, kind, named_attempt, submitted_at, marked_late)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (student, lab, source, digest) DO UPDATE SET
         submitted_at = coalesce(excluded.submitted_at, submitted_at), marked_late = excluded.marked_late
       RETURNING id`,
    );
    return this.#transaction(() =>
      handed.map((one) => {
        const row = put.get(
          one.student.id,
          one.lab,
          one.source,
          one.digest,
          one.kind,
          one.namedAttempt ?? null,
          one.submittedAt ?? null,
          one.markedLate ? 1 : 0,
        );
        return { ...one, id: Number(row?.id) };
      }),
    );
  }

  attempts(): readonly KeptAttempt[] {
    const students = new Map(this.students().map((student) => [student.id, student]));
    return this.#database
      .prepare('SELECT * FROM attempts ORDER BY id')
      .all()
      .map((row) => readAttempt(row, students));
  }

  /** Keeps a verdict; one that this run has given already stays as it is. */
  keepGrading(grading: Grading): void {
    this.#run(
      `INSERT INTO gradings (attempt, run, engine, engine_version, workbook_version, workbook_digest, seed, graded_at,
         duration_ms, outcome, problem, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (attempt, run) DO NOTHING`,
      grading.attempt,
      grading.run,
      grading.engine,
      grading.engineVersion ?? null,
      grading.workbookVersion,
      grading.workbookDigest,
      grading.seed,
      grading.gradedAt,
      grading.durationMs,
      grading.outcome,
      grading.problem === undefined ? null : JSON.stringify(grading.problem),
      grading.result === undefined ? null : JSON.stringify(grading.result),
    );
  }

  /** Verdicts on one attempt, the oldest first. */
  gradings(attempt: number): readonly Grading[] {
    return this.#database.prepare('SELECT * FROM gradings WHERE attempt = ? ORDER BY id').all(attempt).map(readGrading);
  }

  /** Attempts with a verdict of this run. */
  gradedIn(run: Run): ReadonlySet<number> {
    const rows = this.#database.prepare('SELECT attempt FROM gradings WHERE run = ?').all(run.id);
    return new Set(rows.map(({ attempt }) => Number(attempt)));
  }

  #run(sql: string, ...values: readonly (string | number | null)[]): number {
    return Number(this.#database.prepare(sql).run(...values).lastInsertRowid);
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const value = work();
      this.#database.exec('COMMIT');
      return value;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

function readRun(row: Row): Run {
  return {
    id: Number(row.id),
    mode: row.mode as Run['mode'],
    seed: Number(row.seed),
    settings: settingsData.parse(JSON.parse(String(row.settings))),
    startedAt: String(row.started_at),
    finished: row.finished_at !== null,
  };
}

function readAttempt(row: Row, students: ReadonlyMap<string, Student>): KeptAttempt {
  return {
    id: Number(row.id),
    student: students.get(String(row.student))!,
    lab: String(row.lab),
    source: String(row.source),
    digest: String(row.digest),
    kind: row.kind as SubmissionKind,
    ...(row.named_attempt !== null && { namedAttempt: Number(row.named_attempt) }),
    ...(row.submitted_at !== null && { submittedAt: String(row.submitted_at) }),
    markedLate: row.marked_late === 1,
  };
}

function readGrading(row: Row): Grading {
  return {
    attempt: Number(row.attempt),
    run: Number(row.run),
    engine: row.engine as Grading['engine'],
    ...(row.engine_version !== null && { engineVersion: String(row.engine_version) }),
    workbookVersion: String(row.workbook_version),
    workbookDigest: String(row.workbook_digest),
    seed: Number(row.seed),
    gradedAt: String(row.graded_at),
    durationMs: Number(row.duration_ms),
    outcome: row.outcome as GradedOutcome,
    ...(row.problem !== null && { problem: JSON.parse(String(row.problem)) as SubmissionProblem }),
    ...(row.result !== null && { result: JSON.parse(String(row.result)) as LabResult }),
  };
}
