import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { directivesPage, unknownNotes } from '../proxy/manual/directives.ts';

test('docs/directives.md is what the modules say: `npm run docs` makes it anew', () => {
  expect(readFileSync(new URL('directives.md', import.meta.url), 'utf8')).toBe(directivesPage());
});

test('every note is about a directive that exists', () => {
  expect(unknownNotes()).toEqual([]);
});
