import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LabResult } from '../result.ts';
import { workspaceRoot } from './paths.ts';

/** What a student has done in one lab. */
export interface LabProgress {
  /** ISO 8601, of the first pass. */
  readonly passedAt?: string;
  readonly lastCheck?: {
    readonly at: string;
    readonly outcome: LabResult['outcome'];
    readonly earned: number;
    readonly possible: number;
    /** Objectives that failed, in the lab's order. */
    readonly failed: readonly string[];
  };
  /** Hints shown so far, by objective. */
  readonly hints?: Readonly<Record<string, number>>;
  /** Share of the text read so far, 0 to 1: pages depend on the window. */
  readonly read?: number;
  /** Predictions made so far. */
  readonly predicted?: number;
  /** ISO 8601, when the tutorial was last in this lab. */
  readonly openedAt?: string;
}

export interface WorkbookProgress {
  readonly version: 1;
  /** By the lab's folder. */
  readonly labs: Readonly<Record<string, LabProgress>>;
}

const nothing: WorkbookProgress = { version: 1, labs: {} };

/** `workspace/progress.json`. A file that can't be read is put aside as `progress.json.unreadable` by the next write. */
export async function readProgress(): Promise<WorkbookProgress> {
  return (await load()).progress;
}

/** Changes one lab's progress. The new file replaces the old one in one step, so an interruption loses neither. */
export async function updateProgress(folder: string, change: (before: LabProgress) => LabProgress): Promise<void> {
  const { progress, damaged } = await load();
  const after: WorkbookProgress = {
    version: 1,
    labs: { ...progress.labs, [folder]: change(progress.labs[folder] ?? {}) },
  };
  const file = progressFile();
  await mkdir(workspaceRoot(), { recursive: true });
  if (damaged) await rename(file, `${file}.unreadable`);
  const half = `${file}.${process.pid}.new`;
  await writeFile(half, `${JSON.stringify(after, null, 2)}\n`);
  await rename(half, file);
}

/** Writes down how a check of the student's own work went. A check of some objectives alone can't pass a lab. */
export async function recordCheck(result: LabResult, complete: boolean): Promise<void> {
  await updateProgress(result.lab, (before) => {
    const passed = complete && result.outcome === 'passed' && before.passedAt === undefined;
    return {
      ...before,
      ...(passed && { passedAt: result.startedAt }),
      lastCheck: {
        at: result.startedAt,
        outcome: result.outcome,
        earned: result.score.earned,
        possible: result.score.possible,
        failed: result.objectives.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id),
      },
    };
  });
}

function progressFile(): string {
  return join(workspaceRoot(), 'progress.json');
}

async function load(): Promise<{ progress: WorkbookProgress; damaged: boolean }> {
  let text: string;
  try {
    text = await readFile(progressFile(), 'utf8');
  } catch {
    return { progress: nothing, damaged: false };
  }
  try {
    const data: unknown = JSON.parse(text);
    if (isProgress(data)) return { progress: data, damaged: false };
  } catch {
    // Not JSON: the same as JSON that isn't ours.
  }
  return { progress: nothing, damaged: true };
}

/** Checked by hand: zod costs 30 ms, and `check` reads this on each run. */
function isProgress(data: unknown): data is WorkbookProgress {
  if (!isObject(data) || data.version !== 1 || !isObject(data.labs)) return false;
  return Object.values(data.labs).every(
    (lab) =>
      isObject(lab) &&
      ['undefined', 'string'].includes(typeof lab.passedAt) &&
      (lab.hints === undefined ||
        (isObject(lab.hints) && Object.values(lab.hints).every((shown) => typeof shown === 'number'))) &&
      (lab.lastCheck === undefined || (isObject(lab.lastCheck) && Array.isArray(lab.lastCheck.failed))),
  );
}

function isObject(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
