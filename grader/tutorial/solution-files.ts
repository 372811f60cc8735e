import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SolutionFile } from './course.ts';

/** The files of a solution in the order in which to read them: the configuration, the program, the notes; not the wrong ones. */
export async function solutionFiles(folder: string): Promise<readonly SolutionFile[]> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((name) => !name.startsWith('wrong/'));
  const rank = (name: string) => ['.conf', '.ts', '.md'].findIndex((end) => name.endsWith(end));
  names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })));
}
