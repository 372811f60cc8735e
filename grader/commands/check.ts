import { newSeed } from '../random.ts';
import type { SummaryRow } from '../reporters/summary.ts';
import type { LabResult } from '../result.ts';
import { isBegun, recordCheck } from '../workspace/index.ts';
import { onInterrupt } from './interrupt.ts';
import { findLab, findLabs, nextCommand, shownPath } from './labs.ts';
import { parseReport, print, wantsColour, writeReports } from './output.ts';
import { createProgressLine } from './progress-line.ts';
import { runCheck } from './run-check.ts';
import { type Chosen, chooseTargets, type TargetOptions } from './target.ts';
import { exitCodes, UsageError } from './usage.ts';

export interface CheckCommandOptions extends TargetOptions {
  readonly json?: boolean;
  readonly report?: readonly string[];
  readonly seed?: string;
  readonly verbose?: boolean;
  readonly only?: readonly string[];
}

/** `check LAB`: grades, prints the result on stdout, and returns the exit code. */
export async function check(word: string, options: CheckCommandOptions): Promise<number> {
  const entries = findLabs(word);
  const reports = (options.report ?? []).map(parseReport);
  const only = options.only ?? [];
  const seed = parseSeed(options.seed);
  if (only.length > 0) await knownObjectives(word, only);
  const progress = createProgressLine();
  const interrupt = onInterrupt();
  const results: LabResult[] = [];
  const rows: SummaryRow[] = [];
  const all = word.toLowerCase() === 'all';
  let broken = false;
  try {
    for (const entry of entries) {
      if (all && isStudents(options) && !isBegun(entry.folder)) {
        rows.push({ ...entry, result: undefined, instead: 'not begun' });
        continue;
      }
      for (const chosen of await chooseTargets(entry, options)) {
        if (interrupt.signal.aborted) break;
        sayCreated(chosen);
        const result = await attempt(() => runCheck(entry, chosen, { seed, only, signal: interrupt.signal, progress }));
        rows.push({ ...entry, result, instead: 'not graded' });
        if (result === undefined) {
          broken = true;
          continue;
        }
        results.push(result);
        if (chosen.facts.kind !== 'solution' && !interrupt.signal.aborted) await record(result);
        if (!options.json) await printTerminal(result, options, nextCommand(entry));
      }
    }
  } finally {
    interrupt.release();
  }
  if (options.json && !(broken && results.length === 0)) await printJson(results, word, options);
  else if (all && !options.json) await printSummary(rows);
  await writeReports(reports, results);
  const unbegun = rows.some(({ instead }) => instead === 'not begun');
  return exitCode(results, broken, unbegun);

  /** A folder that can't be written to must not cost the verdict. */
  async function record(result: LabResult): Promise<void> {
    try {
      await recordCheck(result, only.length === 0);
    } catch (error) {
      process.stderr.write(`Your progress could not be kept: ${(error as Error).message}\n`);
    }
  }

  async function attempt(run: () => Promise<LabResult>): Promise<LabResult | undefined> {
    try {
      return await run();
    } catch (error) {
      if (error instanceof UsageError) throw error;
      process.stderr.write(`The grader can't check this: ${(error as Error).message}\n`);
      if (options.verbose) process.stderr.write(`${(error as Error).stack}\n`);
      return undefined;
    }
  }
}

async function printTerminal(result: LabResult, options: CheckCommandOptions, next: string | undefined): Promise<void> {
  const { terminal } = await import('../reporters/terminal.ts');
  await print(
    terminal(result, {
      colour: wantsColour(process.stdout),
      width: process.stdout.columns ?? 80,
      verbose: options.verbose ?? false,
      ...(next !== undefined && { next }),
    }),
  );
}

async function printJson(results: readonly LabResult[], word: string, options: CheckCommandOptions): Promise<void> {
  const { json } = await import('../reporters/json.ts');
  const many = word.toLowerCase() === 'all' || options.engine === 'both';
  await print(json(many || results[0] === undefined ? results : results[0]));
}

/** Whether it is the student's own work that is graded. */
function isStudents({ config, program, command, target, solution }: TargetOptions): boolean {
  return [config, program, command, target, solution].every((way) => way === undefined);
}

async function printSummary(rows: readonly SummaryRow[]): Promise<void> {
  const { summary } = await import('../reporters/summary.ts');
  await print(summary(rows, { colour: wantsColour(process.stdout), width: process.stdout.columns ?? 80 }));
}

/** A lab that isn't begun isn't passed. */
function exitCode(results: readonly LabResult[], broken: boolean, unbegun: boolean): number {
  if (unbegun && results.length === 0 && !broken) return exitCodes.failed;
  if (broken || results.length === 0 || results.some(({ outcome }) => outcome === 'error')) return exitCodes.error;
  return !unbegun && results.every(({ outcome }) => outcome === 'passed') ? exitCodes.passed : exitCodes.failed;
}

function parseSeed(text: string | undefined): number {
  if (text === undefined) return newSeed();
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 32) return Number(text);
  throw new UsageError(`--seed: "${text}" is not a number from 0 to ${2 ** 32 - 1}`);
}

async function knownObjectives(word: string, only: readonly string[]): Promise<void> {
  if (word.toLowerCase() === 'all') throw new UsageError('--only names objectives of one lab: say which lab.');
  const [{ default: lab }, { gradingOrder }] = await Promise.all([findLab(word).load(), import('../run/index.ts')]);
  try {
    gradingOrder(lab, only);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--only: ${error.message}`);
    throw error;
  }
}

function sayCreated({ created, workplace }: Chosen): void {
  if (created && workplace !== undefined)
    process.stderr.write(`Your files for this lab are in ${shownPath(workplace)}\n`);
}
