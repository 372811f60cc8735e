import { join, resolve } from 'node:path';

/** The workbook's own folder. */
export const workbookRoot: string = resolve(import.meta.dirname, '../..');

/** Where students work: `workspace/`, or the folder that WORKBOOK_WORKSPACE names. */
export function workspaceRoot(): string {
  return resolve(process.env.WORKBOOK_WORKSPACE ?? join(workbookRoot, 'workspace'));
}

/** A lab's own files: text, starter. */
export function labFolder(folder: string): string {
  return join(workbookRoot, 'labs', folder);
}

/** A lab's solutions, both ways, with their notes. */
export function solutionFolder(folder: string): string {
  return join(workbookRoot, 'solutions', folder);
}
