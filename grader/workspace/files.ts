import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { labFolder, workspaceRoot } from './paths.ts';

/** What the student has of a lab, and whether it was just put there. */
export interface Workplace {
  readonly path: string;
  readonly created: boolean;
}

/** Whether the student has anything of a lab. */
export function isBegun(folder: string): boolean {
  return existsSync(join(workspaceRoot(), folder));
}

/** The student's folder of a lab, copied from the lab's `start/` the first time. What is there is never touched. */
export async function openWorkplace(folder: string): Promise<Workplace> {
  const path = join(workspaceRoot(), folder);
  if (existsSync(path)) return { path, created: false };
  await mkdir(workspaceRoot(), { recursive: true });
  // Copied beside it first: an interrupted copy must not pass for the student's own work.
  const half = `${path}.${process.pid}.new`;
  try {
    await cp(join(labFolder(folder), 'start'), half, { recursive: true });
    await rename(half, path);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
    return { path, created: false };
  }
  return { path, created: true };
}

/** Moves the student's folder to a dated backup beside it and copies the starter anew. */
export async function resetWorkplace(
  folder: string,
  now: Date = new Date(),
): Promise<{ readonly path: string; readonly backup: string | undefined }> {
  const path = join(workspaceRoot(), folder);
  let backup: string | undefined;
  if (existsSync(path)) {
    const stamp = now.toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
    backup = unusedName(`${path}.${stamp}`);
    await rename(path, backup);
  }
  await openWorkplace(folder);
  return { path, backup };
}

function unusedName(wanted: string): string {
  let name = wanted;
  for (let n = 2; existsSync(name); n++) name = `${wanted}.${n}`;
  return name;
}
