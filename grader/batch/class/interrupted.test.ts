import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { solutionFolder, workbookRoot } from '../../workspace/index.ts';
import { Gradebook } from '../gradebook/gradebook.ts';
import type { GradedClass } from '../graded.ts';
import { Folder } from '../testing/folder.ts';
import { lockResults } from './lock.ts';

const wrong = path.join(solutionFolder('lab1-install'), 'wrong');

/** Submissions that are graded quickly, and some that are not graded at all. */
function writeSubmissions(folder: Folder): number {
  const files: Record<string, string> = {};
  for (const file of readdirSync(wrong).slice(0, 5)) files[`in/${file}`] = readFileSync(path.join(wrong, file), 'utf8');
  for (let at = 0; at < 3; at++) files[`in/refused${at}.conf`] = `load_module /tmp/${at}.so;`;
  files['in/blank.conf'] = ' ';
  folder.write(files);
  return Object.keys(files).length;
}

/** `workbook grade`, as a process of its own whose temporary files lie in a folder of ours. */
function grade(folder: Folder, ...words: string[]): ChildProcess {
  const temporary = folder.place('tmp');
  mkdirSync(temporary, { recursive: true });
  const args = [
    'grader/workbook.mjs',
    'grade',
    folder.place('in'),
    '--out',
    folder.place('out'),
    '--lab',
    'lab1',
    ...words,
  ];
  const env = { ...process.env, TMPDIR: temporary, NODE_COMPILE_CACHE: folder.place('cache') };
  return spawn(process.execPath, args, { cwd: workbookRoot, env, stdio: 'ignore' });
}

const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));

/** Verdicts so far; none before there is a gradebook. */
function gradings(folder: Folder): number {
  const file = folder.place('out/gradebook.sqlite');
  if (!existsSync(file)) return 0;
  let book: Gradebook | undefined;
  try {
    book = new Gradebook(file, { readOnly: true });
    const of = book;
    return of.attempts().reduce((sum, { id }) => sum + of.gradings(id).length, 0);
  } catch {
    // Not even its tables are written.
    return 0;
  } finally {
    book?.close();
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const classOf = (folder: Folder): GradedClass => JSON.parse(readFileSync(folder.place('out/class.json'), 'utf8'));

const verdicts = ({ attempts }: GradedClass) =>
  attempts.map(({ student, outcome, seed, points, result }) => [
    student.id,
    outcome,
    seed,
    points.before.earned,
    result?.objectives.map((objective) => objective.outcome).join(),
  ]);

describe('a run that is killed', () => {
  it('is continued: nothing is lost, and nothing graded twice', async () => {
    using folder = new Folder();
    const total = writeSubmissions(folder);
    let seen = 0;
    for (let kills = 0; kills < 5 && seen < total; kills++) {
      const child = grade(folder, '--seed', '5');
      const end = ended(child);
      // At any moment: sometimes before anything is written, else somewhere between two verdicts.
      const before = seen;
      const goal = before + (kills === 0 ? 0 : 1 + Math.floor(Math.random() * 3));
      await Promise.race([end, until(() => gradings(folder) >= goal)]);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 80));
      child.kill('SIGKILL');
      await end;
      seen = gradings(folder);
      expect(seen).toBeGreaterThanOrEqual(before);
      // Servers and their folders go with the grader.
      await until(() => !readdirSync(folder.place('tmp')).some((name) => name.startsWith('workbook-')));
    }
    expect(await ended(grade(folder, '--seed', '5'))).toBe(0);
    const continued = classOf(folder);
    expect(continued.attempts).toHaveLength(total);
    expect(gradings(folder)).toBe(total);
    expect(continued.seed).toBe(5);

    using fresh = new Folder();
    writeSubmissions(fresh);
    expect(await ended(grade(fresh, '--seed', '5'))).toBe(0);
    expect(verdicts(continued)).toEqual(verdicts(classOf(fresh)));

    // A second run over the same has nothing to do; a regrade does it all again, and comes to the same.
    expect(await ended(grade(folder))).toBe(0);
    expect(gradings(folder)).toBe(total);
    expect(await ended(grade(folder, '--regrade'))).toBe(0);
    expect(gradings(folder)).toBe(2 * total);
    expect(verdicts(classOf(folder))).toEqual(verdicts(continued));
  });

  it('does not let a second one at the same results', async () => {
    using folder = new Folder();
    writeSubmissions(folder);
    mkdirSync(folder.place('out'));
    const unlock = lockResults(folder.place('out/.lock'));
    expect(await ended(grade(folder))).toBe(2);
    expect(gradings(folder)).toBe(0);
    unlock();
    expect(await ended(grade(folder))).toBe(0);
  });
});
