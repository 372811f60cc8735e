import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const files = globSync(['docs/*.md', 'labs/*/README.md', 'README.md', 'CHANGELOG.md'], { cwd: root });
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

/** The options that a command of the workbook says it has; undefined for one of another program. */
async function optionsOf(script: string): Promise<string[] | undefined> {
  const [, command] = /^node grader\/workbook\.mjs (\S+)/.exec(scripts[script] ?? '') ?? [];
  if (command === undefined) return undefined;
  const { stdout } = await execa(process.execPath, [join(root, 'grader/workbook.mjs'), command, '--help']);
  return [...stdout.matchAll(/(--[\w-]+)/g)].map((match) => match[1]!);
}

describe.each(files)('%s', (file) => {
  const text = read(file);

  test('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map((match) => match[1]!);
    expect(links.filter((link) => !existsSync(join(root, dirname(file), link)))).toEqual([]);
  });

  test('names files of the project that exist', () => {
    const paths = [...text.matchAll(/`((?:proxy|grader|labs|solutions|docs)\/[\w./-]+)`/g)].map((match) => match[1]!);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('gives commands the options that they have', async () => {
    const unknown: string[] = [];
    for (const [, name = '', words = ''] of text.matchAll(/npm run (?:-s )?([\w:]+)((?: [^\s`#]+)* -- [^`#\n]*)/g)) {
      const given = [...words.split(' -- ')[1]!.matchAll(/(?<=^|\s)(--[\w-]+)/g)].map((match) => match[1]!);
      const known = (await optionsOf(name)) ?? given;
      unknown.push(
        ...given.filter((option) => !known.includes(option)).map((option) => `npm run ${name} -- ${option}`),
      );
    }
    expect(unknown).toEqual([]);
  });

  test('names commands that exist', () => {
    const commands = [...text.matchAll(/npm run (?:-s )?([\w:-]*\w)/g)].map((match) => match[1]!);
    expect(commands.filter((command) => !(command in scripts))).toEqual([]);
  });
});
