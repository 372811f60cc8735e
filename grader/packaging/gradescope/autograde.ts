import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { countingAttempts, type GradedAttempt, type GradedClass } from '../../batch/graded.ts';
import { gradescope, ungraded } from '../../reporters/gradescope.ts';
import { type Metadata, metadataSchema, type Settings, settingsFile, settingsSchema } from './settings.ts';

const bundle = resolve(import.meta.dirname, '../../..');

/**
 * Grades what lies in `ROOT/submission` as `workbook grade` grades a class of one, and writes `ROOT/results/results.json`, whole or
 * not at all. `ROOT` is `/autograder` at Gradescope.
 */
function autograde(root: string): void {
  const settings = settingsSchema.parse(JSON.parse(readFileSync(join(bundle, settingsFile), 'utf8')));
  const metadata = readMetadata(join(root, 'submission_metadata.json'));
  const work = mkdtempSync(join(tmpdir(), 'autograder-'));
  try {
    const graded = grade(join(root, 'submission'), work, settings, metadata);
    writeResults(join(root, 'results'), report(graded, settings, metadata));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Whatever Gradescope says beside the submission, it is never a reason not to grade. */
function readMetadata(file: string): Metadata {
  try {
    const read = metadataSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return read.success ? read.data : {};
  } catch {
    return {};
  }
}

/** The class of one; undefined when nothing came of it. */
function grade(submission: string, work: string, settings: Settings, { id }: Metadata): GradedClass | undefined {
  const [handedIn, out] = [join(work, 'class', 'submission'), join(work, 'out')];
  mkdirSync(handedIn, { recursive: true });
  if (existsSync(submission)) cpSync(submission, handedIn, { recursive: true, verbatimSymlinks: true });
  const seed = createHash('sha256').update(String(id)).digest().readUInt32LE(0);
  const words = ['grade', join(work, 'class'), '--out', out, '--lab', settings.lab, '--seed', String(seed)];
  const { stderr, status } = spawnSync(
    process.execPath,
    [join(bundle, 'grader/workbook.mjs'), ...words, '--parallel', '1', ...(settings.trust ? ['--trust'] : [])],
    { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', maxBuffer: 2 ** 24 },
  );
  process.stderr.write(`${stderr}\nThe grader ended with status ${status}.\n`);
  const file = join(out, 'class.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as GradedClass) : undefined;
}

function report(graded: GradedClass | undefined, settings: Settings, metadata: Metadata): string {
  if (graded === undefined) throw new Error('the grader left no results');
  const attempt = countingAttempts(graded).find(({ lab }) => lab === settings.lab);
  if (attempt === undefined) return ungraded('There is nothing in this submission that could be graded.', false);
  if (attempt.result === undefined)
    return ungraded(attempt.problem?.reason ?? 'It could not be graded.', isOurs(attempt));
  const { leaderboard } = settings;
  return gradescope([attempt.result], { leaderboard, notes: notes(attempt, metadata) });
}

const isOurs = ({ outcome }: GradedAttempt): boolean => outcome === 'error';

function notes({ problem, points }: GradedAttempt, metadata: Metadata): readonly string[] {
  const before = metadata.previous_submissions?.length ?? 0;
  const total = metadata.assignment?.total_points;
  const { possible } = points.before;
  return [
    ...(before > 0 ? [`Submission ${before + 1}.`] : []),
    ...(problem === undefined ? [] : [problem.reason]),
    ...(total !== undefined && total !== possible
      ? [`For the instructor: this lab has ${possible} points, the assignment is set to ${total}.`]
      : []),
  ];
}

function writeResults(folder: string, text: string): void {
  const file = join(folder, 'results.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

autograde(process.argv[2] ?? '/autograder');
