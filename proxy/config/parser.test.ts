import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linesOf } from './build.ts';
import { parseFile, parseText } from './parser.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'parser-'));
const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
const parse = (name: string) => parseFile(path.join(folder, name));
const names = (name: string): string[] => [...linesOf(parse(name).directives)].map((line) => line.name);

beforeAll(() => {
  mkdirSync(path.join(folder, 'conf.d'));
  write('conf.d/b.conf', 'b;');
  write('conf.d/a.conf', 'a;');
  write('conf.d/.hidden.conf', 'hidden;');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a tree', () => {
  test('has blocks, words and lines', () => {
    const { directives, error } = parseText('http {\n  root /x;\n}\n', 'f');
    expect(error).toBeUndefined();
    expect(directives).toMatchObject([
      { name: 'http', line: 1, block: [{ name: 'root', words: [{ text: '/x' }], line: 2 }] },
    ]);
  });

  test('keeps the offsets of each word, so that it can be replaced in place', () => {
    const text = 'http {\n  root "/x y"; }';
    const word = parseText(text, 'f').directives[0]!.block![0]!.words[0]!;
    expect(text.slice(0, word.start) + text.slice(word.end)).toBe('http {\n  root ; }');
  });

  test('keeps what it knows before a syntax error, and the error where it stands', () => {
    const { directives, error } = parseText('a;\nb {\n  c;\n  d', 'f');
    expect(error?.message).toBe('unexpected end of file, expecting ";" or "}" in f:4');
    expect(directives.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(directives[1]!.block!.map((line) => line.error ?? line.name)).toEqual(['c', error]);
  });
});

describe('include', () => {
  test('reads the files of a pattern in order, without hidden ones', () => {
    write('glob.conf', 'first; include conf.d/*.conf; last;');
    expect(names('glob.conf')).toEqual(['first', 'a', 'b', 'last']);
  });

  test('finds nothing for a pattern without complaint, but not for a name', () => {
    write('none.conf', 'include conf.d/*.none;\ninclude missing;');
    const missing = path.join(folder, 'missing');
    expect(parse('none.conf').error?.message).toBe(
      `open() "${missing}" failed (2: No such file or directory) in ${path.join(folder, 'none.conf')}:2`,
    );
  });

  test('refuses a file that includes itself, by whatever way', () => {
    write('loop.conf', 'include other.conf;');
    write('other.conf', '\ninclude loop.conf;');
    const { error } = parse('loop.conf');
    expect(error?.message).toBe(
      `"${path.join(folder, 'loop.conf')}" includes itself in ${path.join(folder, 'other.conf')}:2`,
    );
  });

  test('refuses files that multiply', () => {
    for (let level = 0; level < 20; level++) {
      write(`bomb${level}.conf`, `include bomb${level + 1}.conf; include ./bomb${level + 1}.conf;`);
    }
    write('bomb20.conf', 'x;');
    expect(parse('bomb0.conf').error?.reason).toBe('more than 10000 files are included');
  });
});

describe('hostile files', () => {
  test('of 10 MB end in an error within bounds', () => {
    expect(parseText('a b;\n'.repeat(2_000_000), 'f').error?.reason).toBe(
      'the configuration has more than 400000 words',
    );
    expect(parseText('x'.repeat(10_000_000), 'f').error?.reason).toBe('too long parameter "xxxxxxxxxx..." started');
    expect(parseText('a{'.repeat(5_000_000), 'f').error?.reason).toBe('blocks are nested deeper than 200');
    expect(parseText('#\n'.repeat(5_000_000), 'f').error).toBeUndefined();
  });
});
