import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { labs } from './catalog.ts';
import { failuresNamed, failuresOf, grade, mostlyWaits } from './testing/grading.ts';

interface Student {
  readonly name: string;
  readonly file: string;
  readonly lab: number;
  /** What a program that errs in several ways gets as its argument. */
  readonly way: string;
}

/** Programs as students might write them: `labN-WORD.ts`, each once for each way that it names. */
function students(folder: string): Student[] {
  const place = join(import.meta.dirname, 'testing', folder);
  return readdirSync(place).flatMap((name) => {
    const file = join(place, name);
    const ways = /^\/\/ ways: (.+)/m.exec(readFileSync(file, 'utf8'))?.[1]?.split(', ') ?? [''];
    const lab = Number(/^lab(\d+)/.exec(name)?.[1]);
    return ways.map((way) => ({ name: `${name} ${way}`.trim(), file, lab, way }));
  });
}

async function failuresOfStudent({ file, lab: number, way }: Student): Promise<string[]> {
  const entry = labs.find((one) => one.number === number)!;
  const { default: lab } = await entry.load();
  const command = `exec '${process.execPath}' '${file}' ${way}`;
  const result = await grade(lab, entry.folder, { kind: 'command', command });
  expect(result.startup.messages).toEqual([]);
  return failuresOf(result).sort();
}

describe('a program that is wrong fails what it gets wrong, and nothing else', () => {
  const failsWhatItNames = async (student: Student): Promise<void> => {
    expect(await failuresOfStudent(student)).toEqual(failuresNamed(student.file)?.sort());
  };
  const all = students('wrong');
  test.for(all.filter(({ lab }) => !mostlyWaits(lab)))('$name', failsWhatItNames);
  test.concurrent.for(all.filter(({ lab }) => mostlyWaits(lab)))('$name', failsWhatItNames);
});

describe('a program that is right passes', () => {
  test.for(students('students'))('$name', async (student) => {
    expect(await failuresOfStudent(student)).toEqual((failuresNamed(student.file) ?? []).sort());
  });
});
