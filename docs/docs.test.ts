import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const files = globSync(['docs/*.md', 'labs/*/README.md', 'README.md', 'CHANGELOG.md'], { cwd: root });
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

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

  test('names commands that exist', () => {
    const commands = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map((match) => match[1]!);
    expect(commands.filter((command) => !(command in scripts))).toEqual([]);
  });
});
