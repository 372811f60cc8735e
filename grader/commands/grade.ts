import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ClassReport } from '../batch/class/grade-class.ts';
import type { RosterStudent } from '../batch/discovery/roster.ts';
import type { Settings } from '../batch/gradebook/settings.ts';
import type { GradedAttempt } from '../batch/graded.ts';
import type { Queue } from '../batch/queue.ts';
import { workbookRoot } from '../workspace/index.ts';
import { type ClassProgressView, createClassProgress } from './class-progress.ts';
import { type ClassReportWords, parseClassReports, streamJsonLines, writeClassReports } from './class-reports.ts';
import { onInterrupt } from './interrupt.ts';
import { existingPath, findLab } from './labs.ts';
import { print, wantsColour } from './output.ts';
import { queueAddress } from './queue-address.ts';
import { exitCodes, UsageError } from './usage.ts';

/** Submissions in the queue of several machines at a time, so that no worker waits for the next. */
const handedOver = 64;

export interface GradeOptions extends ClassReportWords {
  readonly out: string;
  readonly lab?: string;
  readonly engine?: string;
  readonly roster?: string;
  readonly deadline?: readonly string[];
  readonly latePenalty?: string;
  readonly attempt?: string;
  readonly parallel?: string;
  /** The address of a Redis; `true` for the one in WORKBOOK_QUEUE. */
  readonly queue?: string | true;
  readonly seed?: string;
  readonly regrade?: boolean;
  readonly trust?: boolean;
  readonly key?: string;
}

/** `grade SUBMISSIONS --out RESULTS`: grades a class, prints a summary on stdout, and returns the exit code. */
export async function grade(place: string, options: GradeOptions): Promise<number> {
  const submissions = existingPath(place, 'grade');
  const out = resolve(process.env.INIT_CWD ?? process.cwd(), options.out);
  const [{ gradeClass }, { LabUnknown }, { Busy }] = await Promise.all([
    import('../batch/class/grade-class.ts'),
    import('../batch/class/find.ts'),
    import('../batch/class/lock.ts'),
  ]);
  const wanted = parseClassReports(options);
  const settings = await settingsOf(options);
  const roster = await rosterOf(options.roster);
  const key = options.key === undefined ? undefined : await privateKey(options.key);
  const seed = options.seed === undefined ? undefined : parseNumber('--seed', options.seed, 0, 2 ** 32 - 1);
  const defaultLab = options.lab === undefined ? undefined : findLab(options.lab).folder;
  const versions = await versionsOf(settings.engine);
  const progress = createClassProgress();
  const streamLine = streamJsonLines(wanted);
  const interrupt = onInterrupt();
  const { signal } = interrupt;
  let queue: Queue | undefined;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= queue?.close();
    return closing;
  };
  // At once: nobody waits for what is under way, which has no verdict and will be graded another time.
  signal.addEventListener('abort', () => {
    progress.end();
    process.stderr.write('Interrupted. The same command again continues where it stopped.\n');
    close()?.catch(() => {});
  });
  let report: ClassReport;
  try {
    queue = options.queue === undefined ? await embeddedQueue(options, progress, signal) : await remoteQueue(options);
    signal.throwIfAborted();
    report = await gradeClass({
      place: submissions,
      out,
      queue,
      settings,
      versions,
      ...(seed !== undefined && { seed }),
      newSeed: () => randomInt(0, 2 ** 32),
      regrade: options.regrade ?? false,
      ...(roster !== undefined && { roster }),
      ...(defaultLab !== undefined && { defaultLab }),
      trust: options.trust ?? false,
      ...(key !== undefined && { key }),
      signal,
      onProgress(event) {
        progress.show(event);
        if (event.kind === 'graded') streamLine(event.attempt);
      },
    });
  } catch (error) {
    if (signal.aborted) return exitCodes.interrupted;
    if (error instanceof LabUnknown || error instanceof Busy) throw new UsageError(error.message);
    throw error;
  } finally {
    progress.end();
    interrupt.release();
    await close();
  }
  await printReport(report, options);
  await writeClassReports(wanted, report.graded);
  if (options.deadline !== undefined) noteUnknownTimes(report.graded.attempts);
  const asked = options.regrade && seed === undefined ? 'of each check as before' : report.run.seed;
  process.stderr.write(`\nResults: ${out}   seed: ${asked}\n`);
  return report.graded.attempts.some(({ outcome }) => outcome === 'error') ? exitCodes.error : exitCodes.passed;
}

/** A deadline does nothing for submissions of which nobody says when they were handed in: the time of a file is that of its copy. */
function noteUnknownTimes(attempts: readonly GradedAttempt[]): void {
  const unknown = attempts.filter(({ submittedAt, late }) => submittedAt === undefined && late === undefined).length;
  if (unknown === 0) return;
  process.stderr.write(
    `\n${unknown} of ${attempts.length} count as in time, since nothing says when they were handed in; a column ` +
      '`submitted at` in the roster would.\n',
  );
}

async function printReport({ graded, differences }: ClassReport, { regrade }: GradeOptions): Promise<void> {
  const { summary } = await import('../batch/summary.ts');
  await print(`\n${summary(graded, { colour: wantsColour(process.stdout), width: process.stdout.columns ?? 80 })}`);
  if (!regrade) return;
  const lines = differences.flatMap(({ after: { student, lab, attempt }, changes }) => [
    `  ${student.name ?? student.id}, ${lab}, attempt ${attempt}`,
    ...changes.map((change) => `    ${change}`),
  ]);
  await print(
    lines.length === 0
      ? '\nGraded again: every verdict is the same as before.\n'
      : `\nGraded again, and not the same as before:\n${lines.join('\n')}\n`,
  );
}

async function settingsOf(options: GradeOptions): Promise<Settings> {
  const { engine = 'reference', attempt = 'best' } = options;
  if (engine !== 'reference' && engine !== 'nginx')
    throw new UsageError(`--engine: "${engine}" is not one of reference, nginx`);
  if (attempt !== 'best' && attempt !== 'last')
    throw new UsageError(`--attempt: "${attempt}" is not one of best, last`);
  const { noPenalty, parseDeadlines, parsePenalty } = await import('../batch/lateness.ts');
  const read = <T>(option: string, parse: () => T): T => {
    try {
      return parse();
    } catch (error) {
      if (error instanceof RangeError) throw new UsageError(`${option}: ${error.message}`);
      throw error;
    }
  };
  const deadlines = read('--deadline', () => parseDeadlines(options.deadline ?? [], (word) => findLab(word).folder));
  const { latePenalty } = options;
  const penalty = latePenalty === undefined ? noPenalty : read('--late-penalty', () => parsePenalty(latePenalty));
  if (latePenalty !== undefined && deadlines.all === undefined && deadlines.byLab.size === 0)
    throw new UsageError('--late-penalty needs a --deadline');
  return {
    engine,
    policy: attempt,
    deadlines: { ...deadlines, byLab: Object.fromEntries(deadlines.byLab) },
    penalty: { ...penalty, unit: penalty.unit === Infinity ? null : penalty.unit },
  };
}

async function rosterOf(file: string | undefined): Promise<readonly RosterStudent[] | undefined> {
  if (file === undefined) return undefined;
  const { readRoster, RosterError } = await import('../batch/discovery/roster.ts');
  try {
    return readRoster(readFileSync(existingPath(file, '--roster'), 'utf8'), file);
  } catch (error) {
    if (error instanceof RosterError) throw new UsageError(`--roster: ${error.message}`);
    throw error;
  }
}

async function privateKey(file: string) {
  const { readPrivateKey } = await import('../batch/signature.ts');
  try {
    return readPrivateKey(readFileSync(existingPath(file, '--key'), 'utf8'));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--key: ${file}: ${(error as Error).message}`);
  }
}

/** The queue of several machines. bullmq is loaded only here. */
async function remoteQueue({ queue, parallel }: GradeOptions): Promise<Queue> {
  const address = queueAddress(queue);
  const size = parallel === undefined ? handedOver : parseNumber('--parallel', parallel, 1, 10_000);
  const [{ openQueue }, { QueueUnreachable }] = await Promise.all([
    import('../batch/machines/queue.ts'),
    import('../batch/machines/jobs.ts'),
  ]);
  try {
    const opened = await openQueue(address, size);
    const workers = await opened.workers();
    process.stderr.write(
      workers === 0
        ? `${address.shown}: no worker yet. Start some: npm run grade:worker -- --queue ${address.shown}\n`
        : `${address.shown}: ${workers} ${workers === 1 ? 'worker' : 'workers'}\n`,
    );
    return opened;
  } catch (error) {
    if (error instanceof QueueUnreachable) throw new UsageError(error.message);
    throw error;
  }
}

async function embeddedQueue(options: GradeOptions, progress: ClassProgressView, signal: AbortSignal): Promise<Queue> {
  const { createPool, findIsolation } = await import('../batch/isolation/index.ts');
  const size =
    options.parallel === undefined ? availableParallelism() : parseNumber('--parallel', options.parallel, 1, 256);
  progress.prepare('trying how submissions are shut in on this machine');
  const pool = createPool({ size, isolation: await findIsolation(signal), trust: options.trust ?? false });
  return { size, grade: pool.grade, close: pool.close };
}

async function versionsOf(engine: Settings['engine']): Promise<{ workbook: string; engine?: string }> {
  const { version } = JSON.parse(readFileSync(resolve(workbookRoot, 'package.json'), 'utf8')) as { version: string };
  if (engine === 'reference') return { workbook: version, engine: version };
  const { findNginx } = await import('../target/engine.ts');
  let nginx: string;
  try {
    nginx = findNginx();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { stderr } = await promisify(execFile)(nginx, ['-v']);
  return { workbook: version, engine: stderr.trim().replace(/^nginx version: /, '') };
}

function parseNumber(option: string, text: string, least: number, most: number): number {
  if (/^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new UsageError(`${option}: "${text}" is not a number from ${least} to ${most}`);
}
