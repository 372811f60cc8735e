import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { GradedClass } from '../batch/graded.ts';
import { Folder } from '../batch/testing/folder.ts';
import { workbookRoot } from '../workspace/index.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const keys = mkdtempSync(join(tmpdir(), 'workbook-keys-'));
afterAll(() => rmSync(keys, { recursive: true }));

function workbook(...words: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: workbookRoot, env: { ...process.env, INIT_CWD: '/' } };
    execFile(process.execPath, ['grader/workbook.mjs', ...words], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** A class that needs no server: everything in it is refused or can't be read. */
function quickClass(): Folder {
  const folder = new Folder();
  folder.write({
    'in/ada.conf': 'load_module /tmp/x.so;',
    'in/bo.conf': ' ',
    'in/cy/notes.bin': 'nothing',
    'roster.csv':
      'id,name,number,submitted at\nada,Ada Lovelace,1001,2026-03-02T12:00:00Z\nbo,李 明,1002,\ndi,Di Diaz,100,\n',
  });
  return folder;
}

describe('the commands for a class', () => {
  it('grade, list, export, sign and verify', async () => {
    using folder = quickClass();
    const key = join(keys, 'instructor.pem');
    expect((await workbook('keygen', key)).code).toBe(0);
    expect((await workbook('keygen', key)).code).toBe(2);
    const out = folder.place('out');
    const options = [
      '--out',
      out,
      '--lab',
      'lab3',
      '--roster',
      folder.place('roster.csv'),
      '--key',
      key,
      '--seed',
      '5',
    ];
    const late = ['--deadline', '2026-03-01T12:00:00Z', '--late-penalty', '10%/day'];
    const graded = await workbook('grade', folder.place('in'), ...options, ...late);
    expect(graded).toMatchObject({ code: 0 });
    expect(graded.stdout).toContain('3 students, 0 passed, 0 not, 3 refused, 1 late, 1 handed in nothing');
    expect(graded.stderr).toContain('3 submissions\n');
    expect(graded.stderr).toContain('seed: 5');
    expect(graded.stderr).toContain('2 of 3 count as in time, since nothing says when they were handed in');
    expect(graded.stdout + graded.stderr).not.toContain('\u001b');

    const again = await workbook('grade', folder.place('in'), ...options, ...late);
    expect(again.stderr).toContain('3 submissions, 3 of them graded already');
    const regraded = await workbook('grade', folder.place('in'), ...options, '--regrade');
    expect(regraded.stdout).toContain('Graded again: every verdict is the same as before.');
    expect(regraded.stderr).toContain('seed: 5');
    const asBefore = await workbook('grade', folder.place('in'), ...options.slice(0, -2), '--regrade');
    expect(asBefore.stderr).toContain('seed: of each check as before');

    const document: GradedClass = JSON.parse(readFileSync(join(out, 'class.json'), 'utf8'));
    expect(document.attempts.map(({ student, outcome }) => [student.id, outcome, student.enrolled])).toEqual([
      ['ada', 'refused', true],
      ['bo', 'refused', true],
      ['cy', 'refused', false],
    ]);
    const list = await workbook('gradebook', out, '--student', 'lovelace', '--all');
    expect(list.stdout.split('\n').map((line) => line.split(/\s{2,}/)[0])).toEqual(['student', 'Ada Lovelace', '']);
    // A number is meant whole; wide characters take two columns.
    const byNumber = await workbook('gradebook', out, '--student', '1002');
    expect(byNumber.stdout).toMatch(/^student {2}lab .*\n李 明 {4}lab3 .*\n$/);
    const json = await workbook('gradebook', out, '--lab', 'lab3', '--outcome', 'refused', '--json');
    expect(JSON.parse(json.stdout).attempts).toHaveLength(3);

    const file = join(out, 'attempts/ada/lab3-upstream-1.json');
    expect((await workbook('verify', file, '--key', `${key}.pub`)).code).toBe(0);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"refused"', '"passed"'));
    const altered = await workbook('verify', file, '--key', `${key}.pub`);
    expect(altered).toMatchObject({ code: 1, stdout: expect.stringContaining('CHANGED') });
  });

  it('say what is wrong with their options, before anything is graded', async () => {
    using folder = quickClass();
    const grade = (...words: string[]) => workbook('grade', folder.place('in'), '--out', folder.place('out'), ...words);
    const wrong: readonly (readonly [readonly string[], string])[] = [
      [[], 'Which lab are these? Say --lab LAB'],
      [['--lab', 'lab3', '--engine', 'apache'], '"apache" is not one of reference, nginx'],
      [['--lab', 'lab3', '--late-penalty', '10%/day'], '--late-penalty needs a --deadline'],
      [['--lab', 'lab3', '--deadline', 'soon'], '"soon" is no deadline'],
      [['--lab', 'lab3', '--key', folder.place('roster.csv')], 'no private key in PEM form'],
      [['--lab', 'lab3', '--parallel', '0'], '"0" is not a number from 1'],
    ];
    for (const [words, message] of wrong) {
      const { code, stderr } = await grade(...words);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });
});
