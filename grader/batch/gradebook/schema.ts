import type { DatabaseSync } from 'node:sqlite';

/** Version of the tables; a gradebook of another version is refused rather than guessed at. */
const version = 1;

const tables = `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    mode TEXT NOT NULL CHECK (mode IN ('grade', 'regrade')),
    seed INTEGER NOT NULL,
    settings TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT
  ) STRICT;
  CREATE TABLE students (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    facts TEXT NOT NULL
  ) STRICT;
  CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    student TEXT NOT NULL REFERENCES students (id),
    lab TEXT NOT NULL,
    source TEXT NOT NULL,
    digest TEXT NOT NULL,
    kind TEXT NOT NULL,
    named_attempt INTEGER,
    submitted_at TEXT,
    marked_late INTEGER NOT NULL,
    UNIQUE (student, lab, source, digest)
  ) STRICT;
  CREATE TABLE gradings (
    id INTEGER PRIMARY KEY,
    attempt INTEGER NOT NULL REFERENCES attempts (id),
    run INTEGER NOT NULL REFERENCES runs (id),
    engine TEXT NOT NULL,
    engine_version TEXT,
    workbook_version TEXT NOT NULL,
    workbook_digest TEXT NOT NULL,
    seed INTEGER NOT NULL,
    graded_at TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    problem TEXT,
    result TEXT,
    UNIQUE (attempt, run)
  ) STRICT;
  CREATE INDEX gradings_by_attempt ON gradings (attempt, id);
`;

/** Makes the tables in an empty file. Throws an Error for a file of another version. */
export function prepare(database: DatabaseSync): void {
  // The journal survives a kill at any moment; what a transaction has written is there for good.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
  const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (found === version) return;
  if (found !== 0) throw new Error(`the gradebook has version ${found}; this workbook reads version ${version}`);
  database.exec(`BEGIN IMMEDIATE; ${tables} PRAGMA user_version = ${version}; COMMIT;`);
}
