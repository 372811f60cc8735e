import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { systemPath } from './paths.ts';

/** Whether nginx treats a name as a pattern: it looks for these three characters, as `strpbrk(name, "*?[")`. */
export function isPattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/** The files that match a pattern, in byte order, as glob(3) finds them: wildcards don't match a leading dot. Folders that can't be read match nothing. */
export function matchingFiles(pattern: string): string[] {
  const absolute = path.isAbsolute(pattern);
  let found = [absolute ? '/' : ''];
  const parts = pattern.split('/').filter((piece) => piece !== '');
  for (const [at, part] of parts.entries()) {
    // Folders on the way are found out by what is in them: one may go through a folder that one may not look at.
    const named = at < parts.length - 1 ? (name: string) => [name] : existing;
    found = found
      .flatMap((folder) => (isPattern(part) ? matchingEntries(folder, part) : named(folder + part)))
      .map((name) => `${name}/`);
  }
  return found.map((name) => name.slice(0, -1)).sort();
}

function existing(name: string): string[] {
  return lstatSync(systemPath(name), { throwIfNoEntry: false }) === undefined ? [] : [name];
}

function matchingEntries(folder: string, part: string): string[] {
  const expression = partExpression(part);
  try {
    return readdirSync(systemPath(folder === '' ? '.' : folder))
      .filter((entry) => expression.test(entry) && (part.startsWith('.') || !entry.startsWith('.')))
      .map((entry) => folder + entry);
  } catch {
    return [];
  }
}

function partExpression(part: string): RegExp {
  let source = '';
  for (let index = 0; index < part.length; index++) {
    const character = part[index]!;
    const close = character === '[' ? part.indexOf(']', index + 2) : -1;
    if (close > 0) {
      const inside = part
        .slice(index + 1, close)
        .replace(/^!/, '^')
        .replaceAll('\\', '\\\\')
        .replaceAll('[', '\\[');
      source += `[${inside}]`;
      index = close;
    } else if (character === '*') source += '[^/]*';
    else if (character === '?') source += '[^/]';
    else source += character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  return new RegExp(`^${source}$`);
}
