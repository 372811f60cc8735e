import { createHash, type KeyObject } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { workbookDigest } from '../digest.ts';
import type { RosterStudent } from '../discovery/roster.ts';
import { Gradebook, type Grading, type KeptAttempt, type Run } from '../gradebook/gradebook.ts';
import type { Settings } from '../gradebook/settings.ts';
import type { GradedAttempt, GradedClass } from '../graded.ts';
import type { GradeTask } from '../isolation/index.ts';
import { type Comparable, suspiciousPairs } from '../pairs/pairs.ts';
import { readNormalised, workbookGround } from '../pairs/read.ts';
import type { Queue } from '../queue.ts';
import { signDocument } from '../signature.ts';
import { attemptNumbers, gradedAttempt, gradedAttempts, type LabWorth, labWorth } from './assemble.ts';
import { type Difference, differenceBetween } from './differences.ts';
import { attemptFile, writeWhole } from './files.ts';
import { findSubmissions, type Submission } from './find.ts';
import { liveAddress } from './live-address.ts';
import { lockResults } from './lock.ts';
import { type Verdict, verdictOn, withoutResult } from './verdict.ts';

export interface ClassOptions {
  /** A folder of submissions, or an archive. */
  readonly place: string;
  /** The folder of results; made when it isn't there. */
  readonly out: string;
  readonly queue: Queue;
  readonly settings: Settings;
  readonly versions: { readonly workbook: string; readonly engine?: string };
  /** Of the run; made up when left out. An interrupted run keeps the one that it had. */
  readonly seed?: number;
  readonly newSeed: () => number;
  /** Grades again what has a verdict. */
  readonly regrade: boolean;
  readonly roster?: readonly RosterStudent[];
  readonly defaultLab?: string;
  /** Live servers may lie in the instructor's own network. */
  readonly trust: boolean;
  readonly key?: KeyObject;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ClassProgress) => void;
}

export type ClassProgress =
  | { readonly kind: 'found'; readonly total: number; readonly toGrade: number; readonly continued: boolean }
  | { readonly kind: 'graded'; readonly attempt: GradedAttempt };

/** What a run leaves. */
export interface ClassReport {
  readonly graded: GradedClass;
  readonly run: Run;
  /** Attempts that this run gave a verdict on, the rest of an interrupted one included. */
  readonly newly: number;
  /** What a regrade saw otherwise. */
  readonly differences: readonly Difference[];
}

/** One submission to be graded. */
interface Job {
  readonly attempt: KeptAttempt;
  readonly submission: Submission;
  readonly seed: number;
}

/**
 * Grades a class: finds the submissions, grades those that have no verdict yet, and writes every result. A run that was
 * interrupted, however hard, is taken up where it stopped; each verdict is in the gradebook before it counts as given.
 * Throws Busy when another run has the same results, LabUnknown, and the signal's reason when it was interrupted.
 */
export async function gradeClass(options: ClassOptions): Promise<ClassReport> {
  const { out } = options;
  mkdirSync(out, { recursive: true });
  const unlock = lockResults(path.join(out, '.lock'));
  try {
    const book = new Gradebook(path.join(out, 'gradebook.sqlite'));
    try {
      return await gradeInto(book, options);
    } finally {
      book.close();
    }
  } finally {
    unlock();
  }
}

async function gradeInto(book: Gradebook, options: ClassOptions): Promise<ClassReport> {
  const { out, settings, signal } = options;
  const workFolder = path.join(out, '.work');
  try {
    const found = await findSubmissions({ ...options, workFolder });
    signal.throwIfAborted();
    const continued = book.lastRun()?.finished === false;
    const run = book.begin(options.regrade ? 'regrade' : 'grade', () => options.seed ?? options.newSeed(), settings);
    book.keepStudents(found.students);
    const kept = book.keepAttempts(found.submissions.map(({ handed }) => handed));
    const worth = await labWorth(new Set(book.attempts().map(({ lab }) => lab)));
    const grader = new ClassGrader(book, run, worth, workFolder, options);
    const jobs = grader.jobs(kept, found.submissions);
    options.onProgress?.({ kind: 'found', total: kept.length, toGrade: jobs.length, continued });
    await grader.gradeAll(jobs);
    signal.throwIfAborted();
    const attempts = gradedAttempts(book, settings, worth);
    const graded: GradedClass = {
      seed: run.seed,
      gradedAt: new Date().toISOString(),
      policy: settings.policy,
      students: book.students(),
      labs: [...worth.values()],
      attempts,
      pairs: suspiciousPairs(grader.comparable(kept, found.submissions), workbookGround),
    };
    writeResults(graded, options);
    book.finish(run);
    return { graded, run, newly: book.gradedIn(run).size, differences: differences(book, run, settings, worth) };
  } finally {
    rmSync(workFolder, { recursive: true, force: true });
  }
}

class ClassGrader {
  readonly #book: Gradebook;
  readonly #run: Run;
  readonly #worth: LabWorth;
  readonly #workFolder: string;
  readonly #options: ClassOptions;
  readonly #numbers: ReadonlyMap<number, number>;
  readonly #workbook = new Map<string, string>();

  constructor(book: Gradebook, run: Run, worth: LabWorth, workFolder: string, options: ClassOptions) {
    this.#book = book;
    this.#run = run;
    this.#worth = worth;
    this.#workFolder = workFolder;
    this.#options = options;
    this.#numbers = attemptNumbers(book.attempts());
  }

  /** What has to be graded: all without a verdict that still holds. In a regrade all that this run hasn't come to yet. */
  jobs(kept: readonly KeptAttempt[], submissions: readonly Submission[]): readonly Job[] {
    const done = this.#book.gradedIn(this.#run);
    const jobs = new Map<number, Job>();
    for (const [at, attempt] of kept.entries()) {
      if (done.has(attempt.id)) continue;
      const gradings = this.#book.gradings(attempt.id);
      if (!this.#options.regrade && gradings.some((grading) => this.#holds(grading, attempt))) continue;
      jobs.set(attempt.id, { attempt, submission: submissions[at]!, seed: this.#seed(attempt, gradings) });
    }
    return [...jobs.values()];
  }

  /** Hands jobs to the queue, as many at a time as it works on; keeps every verdict as it comes. */
  async gradeAll(jobs: readonly Job[]): Promise<void> {
    const { queue, signal } = this.#options;
    const waiting = jobs.values();
    const lane = async () => {
      for (const job of waiting) {
        if (signal.aborted) return;
        const startedAt = performance.now();
        const verdict = await this.#grade(job);
        // What an interruption cut short has no verdict.
        if (signal.aborted) return;
        this.#keep(job, verdict, Math.round(performance.now() - startedAt));
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: queue.size }, lane));
    signal.throwIfAborted();
    for (const { status, ...rest } of lanes) if (status === 'rejected') throw (rest as PromiseRejectedResult).reason;
  }

  async #grade({ submission, attempt, seed }: Job): Promise<Verdict> {
    const { content } = submission;
    const { engine } = this.#options.settings;
    const location = attempt.source;
    const task = (rest: Pick<GradeTask, 'spec' | 'facts' | 'files'>): GradeTask => ({
      lab: attempt.lab,
      seed,
      ...rest,
    });
    const graded = async (one: GradeTask) => verdictOn(await this.#options.queue.grade(one));
    switch (content.kind) {
      case 'unknown':
        return withoutResult(content.problem);
      case 'live': {
        const { url } = content;
        const where = this.#options.trust ? undefined : await liveAddress(url);
        if (where !== undefined && 'refused' in where) return withoutResult(where.refused);
        return graded(task({ spec: { kind: 'live', url, ...where }, facts: { kind: 'live', location: url } }));
      }
      case 'program':
        // A program lies in a folder of its own (discovery), and may read what lies beside it.
        return graded(
          task({
            spec: { kind: 'program', file: content.path },
            facts: { kind: 'program', location },
            files: path.dirname(content.path),
          }),
        );
      case 'configuration':
      case 'tree': {
        const spec = { kind: 'configuration', path: content.path, engine } as const;
        return graded(task({ spec, facts: { kind: 'configuration', engine, location } }));
      }
    }
  }

  #keep({ attempt, seed }: Job, verdict: Verdict, durationMs: number): void {
    const { versions, settings, onProgress } = this.#options;
    const grading: Grading = {
      attempt: attempt.id,
      run: this.#run.id,
      engine: settings.engine,
      ...(versions.engine !== undefined && { engineVersion: versions.engine }),
      workbookVersion: versions.workbook,
      workbookDigest: this.#digest(attempt.lab),
      seed,
      gradedAt: new Date().toISOString(),
      durationMs: verdict.result?.durationMs ?? durationMs,
      ...withoutWorkFolder(verdict, this.#workFolder),
    };
    this.#book.keepGrading(grading);
    const graded = gradedAttempt(attempt, this.#numbers.get(attempt.id)!, grading, settings, this.#worth);
    onProgress?.({ kind: 'graded', attempt: graded });
  }

  /** A verdict holds while nothing that it rests on has changed. */
  #holds({ outcome, engine, workbookDigest: digest }: Grading, { lab }: KeptAttempt): boolean {
    return outcome !== 'error' && engine === this.#options.settings.engine && digest === this.#digest(lab);
  }

  #digest(lab: string): string {
    const digest = this.#workbook.get(lab) ?? workbookDigest(lab);
    this.#workbook.set(lab, digest);
    return digest;
  }

  /** A regrade asks what it asked before, unless it is told another seed. */
  #seed({ digest }: KeptAttempt, gradings: readonly Grading[]): number {
    const before = gradings.at(-1)?.seed;
    if (this.#options.regrade && this.#options.seed === undefined && before !== undefined) return before;
    return seedFor(this.#run.seed, digest);
  }

  /** What pairs are looked for in: all that lies here now. */
  comparable(kept: readonly KeptAttempt[], submissions: readonly Submission[]): readonly Comparable[] {
    return kept.flatMap(({ id, student, lab, source, digest }, at) => {
      const normalised = readNormalised(submissions[at]!.content);
      if (normalised === undefined) return [];
      return [{ student: student.id, lab, attempt: this.#numbers.get(id)!, source, digest, normalised }];
    });
  }
}

/** The seed of one check: the same submission in the same run is asked the same, whoever handed it in. */
export function seedFor(seed: number, digest: string): number {
  return createHash('sha256').update(`${seed}:${digest}`).digest().readUInt32LE(0);
}

/** Folders of the grader are nobody's business, least of all a student's. */
function withoutWorkFolder(verdict: Verdict, folder: string): Verdict {
  const text = JSON.stringify(verdict);
  const inside = JSON.stringify(folder).slice(1, -1);
  return text.includes(inside) ? JSON.parse(text.replaceAll(inside, '')) : verdict;
}

function writeResults(graded: GradedClass, { out, key }: ClassOptions): void {
  const document = (value: object) =>
    `${JSON.stringify(key === undefined ? value : signDocument(value, key), undefined, 2)}\n`;
  for (const attempt of graded.attempts) writeWhole(path.join(out, attemptFile(attempt)), document(attempt));
  writeWhole(path.join(out, 'class.json'), document(graded));
}

/** What this run says otherwise than the verdict before it. */
function differences(book: Gradebook, run: Run, settings: Settings, worth: LabWorth): readonly Difference[] {
  if (run.mode !== 'regrade') return [];
  const numbers = attemptNumbers(book.attempts());
  return book.attempts().flatMap((attempt) => {
    const gradings = book.gradings(attempt.id);
    const at = gradings.findIndex(({ run: id }) => id === run.id);
    const [before, after] = [gradings[at - 1], gradings[at]];
    if (before === undefined || after === undefined) return [];
    const view = (grading: Grading) => gradedAttempt(attempt, numbers.get(attempt.id)!, grading, settings, worth);
    return differenceBetween(view(before), view(after)) ?? [];
  });
}
