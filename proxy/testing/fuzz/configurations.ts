import { globSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import type { CaseFile } from '../case-file.ts';

const folder = path.join(import.meta.dirname, '../cases');

/** What configurations are made of: words with their quotes, comments, and the marks between them. */
const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|#[^\n]*|[;{}]|\s+|(?:[^\s;{}"'\\]|\\.)+|./gs;

/** The configurations of the cases, in pieces: they are known to be good, and have every module in them. */
async function corpus(): Promise<string[][]> {
  const texts: string[] = [];
  for (const file of globSync('*.ts', { cwd: folder }).sort()) {
    const { default: cases } = (await import(path.join(folder, file))) as { default: CaseFile };
    texts.push(cases.http, ...Object.values(cases.configurations ?? {}));
  }
  return texts.map((text) =>
    [
      ...text
        .replace(/\b(?:PORT|OTHER|APP)\b/g, '8080')
        .replaceAll('LOGS', 'FOLDER')
        .matchAll(TOKEN),
    ].map(([token]) => token),
  );
}

const MARKS = [
  ';',
  '{',
  '}',
  '"',
  "'",
  '\\',
  '#',
  '$',
  '${',
  '$x',
  '${x}',
  '\n',
  ' ',
  '0',
  '-1',
  '1k',
  '1x',
  'off',
  'on',
  '~',
  '~*',
  '=',
  '^~',
  '@a',
  '*',
  '/',
  '*.a',
  '.a',
  '99999999999',
  '1s',
  '10m',
  'é',
];

/** Insides of an `http` block that are wrong in one place or three: a word missing, doubled, moved or put in from elsewhere. */
export async function configurations(): Promise<fc.Arbitrary<string>> {
  const known = await corpus();
  const words = [...new Set(known.flat().filter((token) => /\S/.test(token)))];
  const flaw = fc.record({
    how: fc.constantFrom('out', 'in', 'instead', 'twice', 'swapped'),
    at: fc.nat(),
    word: fc.oneof(fc.constantFrom(...MARKS), fc.constantFrom(...words)),
  });
  return fc
    .tuple(fc.nat({ max: known.length - 1 }), fc.array(flaw, { minLength: 1, maxLength: 3 }))
    .map(([which, flaws]) => {
      const tokens = [...known[which]!];
      const places = tokens.flatMap((token, index) => (/\S/.test(token) ? [index] : []));
      for (const { how, at, word } of flaws) {
        const place = places[at % places.length];
        if (place === undefined) continue;
        const token = tokens[place]!;
        const other = places[(at + 1) % places.length]!;
        if (how === 'out') tokens[place] = '';
        else if (how === 'in') tokens[place] = `${token} ${word} `;
        else if (how === 'instead') tokens[place] = word;
        else if (how === 'twice') tokens[place] = `${token} ${token}`;
        else [tokens[place], tokens[other]] = [tokens[other]!, token];
      }
      return tokens.join('');
    });
}
