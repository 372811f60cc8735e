import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { labs } from './catalog.ts';
import { nginxInstalled } from './testing/engines.ts';

test('each lab stands in the catalog, in the order of its number, and keeps to the laws', () => {
  const folders = readdirSync(import.meta.dirname).filter((name) => /^lab\d+-/.test(name));
  expect(labs.map(({ folder }) => folder).toSorted()).toEqual(folders.toSorted());
  expect(labs.map(({ number }) => number)).toEqual(labs.map(({ number }) => number).toSorted((a, b) => a - b));
  for (const folder of folders)
    expect(existsSync(join(import.meta.dirname, folder, 'laws.test.ts')), folder).toBe(true);
});

test('each lab stands in the table of the README', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  for (const { number, title } of labs) expect(readme).toContain(`\n| ${number} | ${title} | `);
});

test('says so when nginx has to be there and is not', () => {
  if (process.env.WORKBOOK_REQUIRE_NGINX === '1') expect(nginxInstalled).toBe(true);
});
