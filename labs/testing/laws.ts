import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { labs } from '../catalog.ts';
import { engines } from './engines.ts';
import { failuresNamed, failuresOf, grade, mainFile, mostlyWaits } from './grading.ts';

const labsFolder = join(import.meta.dirname, '..');

/** What a `wrong/` file says of itself in its first line. */
function named(file: string): string[] {
  const ids = failuresNamed(file);
  if (ids === undefined) throw new Error(`${file}: the first line has to be "# fails: ID, ..."`);
  return ids;
}

/** What every lab keeps to. `starterFails`: what the configuration a student begins with fails; everything else passes or waits for one of these. */
export function laws(of: string, { starterFails }: { readonly starterFails: readonly string[] }): void {
  const line = labs.find(({ folder }) => folder === of);
  if (line === undefined) throw new Error(`labs/catalog.ts has no lab in ${of}`);
  const { number, folder, name, title, load } = line;
  const solution = join(labsFolder, '../solutions', folder);
  const start = join(labsFolder, folder, 'start');
  const main = mainFile(folder);
  const wrong = readdirSync(join(solution, 'wrong'))
    .filter((file) => file.endsWith('.conf'))
    .map((file) => join(solution, 'wrong', file));

  describe(`lab ${number}, ${title}`, async () => {
    const { default: lab } = await load();
    const ids = lab.objectives.map(({ id }) => id);
    const inOrder = (list: readonly string[]) => ids.filter((id) => list.includes(id));

    test('is the lab of its line in the catalog', () => {
      expect({ number: lab.number, name: lab.name, title: lab.title }).toEqual({ number, name, title });
      expect(folder).toBe(`lab${number}-${name}`);
    });

    test('has no blanks left of the lab it was made from', () => {
      const files = [join(labsFolder, folder), solution].flatMap((place) =>
        readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
      );
      const blank = files.filter((file) => /\bBLANK\b/.test(readFileSync(join(file.parentPath, file.name), 'utf8')));
      expect(blank.map(({ name: file }) => file)).toEqual([]);
    });

    test('has core objectives worth 100 points, and ids of its own', () => {
      const core = lab.objectives.filter(({ kind }) => kind === 'core');
      expect(core.reduce((sum, { points }) => sum + points, 0)).toBe(100);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(new RegExp(`^lab${number}\\.[a-z0-9]+(-[a-z0-9]+)*$`));
      for (const { dependsOn = [] } of lab.objectives) expect(ids).toEqual(expect.arrayContaining([...dependsOn]));
    });

    test.for(lab.objectives.map((objective) => [objective.id, objective] as const))(
      '%s has a sentence, a reason, two hints or more, and a manual page',
      ([, { title: sentence, why, hints, manual }]) => {
        expect(sentence).toMatch(/\.$/);
        expect(why.length).toBeGreaterThan(20);
        expect(hints.length).toBeGreaterThanOrEqual(2);
        expect(new Set(hints).size).toBe(hints.length);
        expect(manual).toMatch(/^https:\/\/nginx\.org\/en\/docs\//);
      },
    );

    test('has three to six predictions with choices', () => {
      expect(lab.predictions.length).toBeGreaterThanOrEqual(3);
      expect(lab.predictions.length).toBeLessThanOrEqual(6);
      for (const { choices } of lab.predictions) expect(new Set(choices).size).toBe(choices.length);
    });

    test('has at least five wrong files, which with the starter and wrong programs fail every objective', () => {
      expect(wrong.length).toBeGreaterThanOrEqual(5);
      // What nginx can't be made to do wrong, a program can.
      const programs = readdirSync(join(labsFolder, 'testing/wrong'))
        .filter((file) => file.startsWith(`lab${number}-`))
        .map((file) => join(labsFolder, 'testing/wrong', file));
      const failed = new Set([
        ...[...wrong, ...programs].flatMap(named),
        ...starterFails.map((slug) => `lab${number}.${slug}`),
      ]);
      for (const id of failed) if (id !== 'startup') expect(ids).toContain(id);
      expect(inOrder([...failed])).toEqual(ids);
    });

    // Two lanes: while one waits, the other has the processor.
    describe.concurrent.for(engines)('on $engine', ({ engine, skip }) => {
      const inTurn = { skip, concurrent: false };
      const path = join(solution, main);

      test('the solution passes everything', inTurn, async () => {
        const result = await grade(lab, folder, { kind: 'configuration', path, engine });
        expect(failuresOf(result)).toEqual([]);
        expect(result.objectives.map(({ outcome }) => outcome)).toEqual(ids.map(() => 'passed'));
        expect(result.outcome).toBe('passed');
      });

      test('the starter fails what there is to earn', inTurn, async () => {
        const result = await grade(lab, folder, {
          kind: 'configuration',
          path: join(start, main),
          engine,
        });
        expect(failuresOf(result)).toEqual(starterFails.map((slug) => `lab${number}.${slug}`));
        expect(result.outcome).toBe('failed');
      });

      test.for(wrong.map((file) => [file.slice(solution.length + 1), file] as const))(
        '%s fails what it names',
        { skip, concurrent: mostlyWaits(number) },
        async ([, file]) => {
          const result = await grade(lab, folder, { kind: 'configuration', path: file, engine });
          const expected = named(file);
          expect(failuresOf(result)).toEqual(expected[0] === 'startup' ? expected : inOrder(expected));
          if (expected[0] === 'startup') expect(result.startup.messages.length).toBeGreaterThan(0);
        },
      );
    });

    test('the program of the solution passes everything that a program can', async () => {
      const result = await grade(lab, folder, { kind: 'program', file: join(solution, 'proxy.ts') });
      expect(failuresOf(result)).toEqual([]);
      expect(result.outcome).toBe('passed');
    });

    test('the program a student begins with runs and fails the lab', async () => {
      const result = await grade(lab, folder, { kind: 'program', file: join(start, 'proxy.ts') });
      expect(result.startup.messages).toEqual([]);
      expect(failuresOf(result).length).toBeGreaterThan(0);
      expect(result.outcome).toBe('failed');
    });
  });
}
