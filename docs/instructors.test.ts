import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { classFormats } from '../grader/reporters/class/index.ts';
import { formats } from '../grader/reporters/index.ts';

const text = readFileSync(join(import.meta.dirname, 'instructors.md'), 'utf8');

/** The first cells of the table under a heading. */
function firstCells(heading: string): string[] {
  const section = text.slice(text.indexOf(`## ${heading}\n`)).split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => /^\| `/.test(line));
  return rows.flatMap((row) => [...row.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

test('the guide for instructors has every format of a check, and no other', () => {
  expect(firstCells('Reports of one check').sort()).toEqual([...formats].sort());
});

test('the guide for instructors has every format of a class, and no other', () => {
  expect(firstCells('Reports of a class').sort()).toEqual([...classFormats].sort());
});
