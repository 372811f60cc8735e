import { existsSync } from 'node:fs';
import { basename, relative, resolve } from 'node:path';
import { type CatalogEntry, labs } from '../../labs/catalog.ts';
import { UsageError } from './usage.ts';

export { type CatalogEntry, labs };

/** A lab by number, `lab3`, name or folder (a path to it, too). Throws UsageError that names the labs there are. */
export function findLab(word: string): CatalogEntry {
  const wanted = basename(word.trim().replace(/[/\\]+$/, '')).toLowerCase();
  const number = /^(?:lab)?0*(\d+)$/.exec(wanted)?.[1];
  const found = labs.find(
    (lab) => lab.name === wanted || lab.folder === wanted || (number !== undefined && lab.number === Number(number)),
  );
  if (found !== undefined) return found;
  throw new UsageError(`There is no lab "${word}". There are:\n${listLabs()}`);
}

/** All labs, a line each. */
export function listLabs(): string {
  return labs.map((lab) => `  ${`lab${lab.number}`.padEnd(7)}${lab.name.padEnd(16)}${lab.title}`).join('\n');
}

/** The one lab that was named, or all of them. */
export function findLabs(word: string): readonly CatalogEntry[] {
  return word.toLowerCase() === 'all' ? labs : [findLab(word)];
}

/** The command that checks the lab after this one. */
export function nextCommand(lab: CatalogEntry): string | undefined {
  const next = labs[labs.indexOf(lab) + 1];
  return next === undefined ? undefined : `npm run check lab${next.number}`;
}

/** A path as a student would write it where npm was called, when it lies below that folder. */
export function shownPath(path: string): string {
  const short = relative(process.env.INIT_CWD ?? process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** A file or folder that a student named, which has to exist; taken from where npm was called. */
export function existingPath(path: string, option: string): string {
  const absolute = resolve(process.env.INIT_CWD ?? process.cwd(), path);
  if (existsSync(absolute)) return absolute;
  throw new UsageError(`${option}: there is no file or folder ${absolute}`);
}
