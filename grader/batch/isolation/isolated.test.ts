import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { PATIENCE } from '../../../proxy/testing/until.ts';
import { eventually } from '../../probe/timing.ts';
import { nginxMissing } from '../../testing/nginx.ts';
import { createPool, type GradeTask } from './index.ts';
import { leftovers } from './testing/leftovers.ts';
import { requireIsolation } from './testing/require-isolation.ts';

const workbookRoot = path.resolve(import.meta.dirname, '../../..');
const solutions = path.join(workbookRoot, 'solutions');
const { isolation, skip } = await requireIsolation();

function nginx(lab: string, file: string): GradeTask {
  const spec = { kind: 'configuration', path: path.join(solutions, lab, file), engine: 'nginx' } as const;
  return { lab, spec, facts: { kind: 'configuration', engine: 'nginx', location: file }, seed: 7 };
}

function program(lab: string): GradeTask {
  const spec = { kind: 'program', file: path.join(solutions, lab, 'proxy.ts') } as const;
  return { lab, spec, facts: { kind: 'program', location: 'proxy.ts' }, seed: 7 };
}

const run = promisify(execFile);

/** Somebody without any rights. */
const nobody = 65_534;
const asNobody = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];

/** Whether others may read this project at all; a clone below /root is root's alone. */
const readableForAll =
  skip === undefined &&
  spawnSync('setpriv', [...asNobody, 'test', '-r', path.join(import.meta.dirname, 'index.ts')]).status === 0;

describe.skipIf(skip !== undefined)(`what is shut in${skip ?? ''}`, () => {
  const pool = createPool({ size: 2, isolation, trust: false });
  const outside = createPool({ size: 2, isolation: { kind: 'none', reason: 'it is to be outside' }, trust: true });
  afterAll(() => Promise.all([pool.close(), outside.close()]));

  const verdict = async (task: GradeTask, by = pool) => {
    const outcome = await by.grade(task);
    if (outcome.kind === 'problem') throw new Error(outcome.problem.reason);
    const { objectives, startup } = outcome.result;
    return {
      outcome: outcome.result.outcome,
      startup,
      objectives: objectives.map(({ id, outcome }) => `${id} ${outcome}`),
    };
  };

  const solutionsOf = (task: (lab: string) => GradeTask) =>
    ['lab3-upstream', 'lab4-static-posters', 'lab5-https-redirect'].map((lab) => ({ lab, task: task(lab) }));
  const onNginx = test.skipIf(nginxMissing !== undefined);

  onNginx.each(solutionsOf((lab) => nginx(lab, 'conf.d/default.conf')))(
    'gets the verdict that it gets outside: $lab, a configuration',
    ({ task }) => expectTheSame(task),
  );

  test.each(solutionsOf(program))('gets the verdict that it gets outside: $lab, a program', ({ task }) =>
    expectTheSame(task),
  );

  async function expectTheSame(task: GradeTask): Promise<void> {
    const [here, there] = await Promise.all([verdict(task), verdict(task, outside)]);
    expect(here.outcome).toBe('passed');
    expect(here).toEqual(there);
  }

  onNginx('is failed for what it fails outside', async () => {
    const [weights, brace] = await Promise.all(
      ['weights', 'missing-brace'].map((name) => verdict(nginx('lab3-upstream', `wrong/${name}.conf`))),
    );
    expect(weights?.objectives).toContain('lab3.even-distribution failed');
    expect(brace).toMatchObject({ outcome: 'failed', startup: { ok: false } });
    expect(brace?.startup.messages[0]?.file).toBe('missing-brace.conf');
  });

  test('ends with the grader, even when that is killed', async () => {
    const mark = `ends-with-the-grader-${process.pid}`;
    const command = `sleep 3600 & setsid sleep 3600 & exec sh -c 'sleep 3600; : ${mark}'`;
    const task = {
      lab: 'lab1-install',
      spec: { kind: 'command', command },
      facts: { kind: 'command', location: '' },
      seed: 7,
    };
    const script = path.join(import.meta.dirname, 'testing/grade-one.ts');
    const env = { ...process.env, WORKBOOK_TEST_TASK: JSON.stringify(task) };
    const grader = spawn(process.execPath, [script], { stdio: 'ignore', env });
    const ended = once(grader, 'exit');
    const { signal } = new AbortController();
    const running = await eventually(
      async () => leftovers(mark),
      (found) => found.length > 0 || grader.exitCode !== null,
      PATIENCE,
      signal,
    );
    expect(running.length).toBeGreaterThan(0);
    grader.kill('SIGKILL');
    await ended;
    expect(
      await eventually(
        async () => leftovers(mark),
        (found) => found.length === 0,
        PATIENCE,
        signal,
      ),
    ).toEqual([]);
  });

  test.skipIf(process.getuid?.() !== 0 || !readableForAll)('is shut in for an ordinary user as for root', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'workbook-ordinary-'));
    chownSync(folder, nobody, nobody);
    try {
      const env = {
        PATH: process.env.PATH,
        TMPDIR: folder,
        WORKBOOK_TEST_TASK: JSON.stringify(program('lab1-install')),
      };
      const script = path.join(import.meta.dirname, 'testing/grade-one.ts');
      const { stdout } = await run('setpriv', [...asNobody, process.execPath, script], { env, cwd: '/' });
      expect(JSON.parse(stdout)).toMatchObject({ kind: 'graded', result: { outcome: 'passed' } });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('is not there for a user who may not make namespaces, which is said', async () => {
    const walls = [
      '--unshare-user',
      '--disable-userns',
      '--ro-bind',
      '/',
      '/',
      '--dev',
      '/dev',
      '--proc',
      '/proc',
      '--tmpfs',
      '/tmp',
      // The workbook itself may lie there.
      '--ro-bind',
      workbookRoot,
      workbookRoot,
    ];
    const script = path.join(import.meta.dirname, 'testing/print-isolation.ts');
    const other = ['--uid', String(nobody), '--gid', String(nobody), process.execPath, script];
    const { stdout } = await run('bwrap', [...walls, ...other], { env: { PATH: process.env.PATH, TMPDIR: '/tmp' } });
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'none',
      reason: expect.stringMatching(/can't do it here: .*namespace/),
    });
  });
});
