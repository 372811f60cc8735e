import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createPool, type GradeTask, type PoolOptions } from './index.ts';

const solutions = path.resolve(import.meta.dirname, '../../../solutions');

function configuration(file: string): GradeTask {
  const location = path.join(solutions, 'lab1-install', file);
  return {
    lab: 'lab1-install',
    spec: { kind: 'configuration', path: location, engine: 'reference' },
    facts: { kind: 'configuration', engine: 'reference', location: file },
    seed: 7,
  };
}

/** A pool without isolation, and a folder for programs. */
class Fixture implements AsyncDisposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'workbook-pool-'));
  readonly pool;

  constructor(options: Partial<PoolOptions> = {}) {
    const isolation = { kind: 'none', reason: 'there is no bubblewrap' } as const;
    this.pool = createPool({ size: 2, isolation, trust: true, ...options });
  }

  program(text: string, more: Partial<GradeTask> = {}): GradeTask {
    const file = path.join(this.folder, 'proxy.ts');
    writeFileSync(file, text);
    const spec = { kind: 'program', file } as const;
    return { lab: 'lab1-install', spec, facts: { kind: 'program', location: 'proxy.ts' }, seed: 7, ...more };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe('a pool of workers', () => {
  test('grades tasks side by side, each with its own verdict', async () => {
    await using fixture = new Fixture();
    const right = configuration('conf.d/default.conf');
    const tasks = [right, configuration('wrong/canned-return.conf'), right];
    const outcomes = await Promise.all(tasks.map((task) => fixture.pool.grade(task)));
    const verdicts = outcomes.map((outcome) => (outcome.kind === 'graded' ? outcome.result.outcome : outcome.problem));
    expect(verdicts).toEqual(['passed', 'failed', 'passed']);
  });

  test('loses only the submission that kills its worker', async () => {
    await using fixture = new Fixture();
    const [hostile, neighbour] = await Promise.all([
      fixture.pool.grade(fixture.program("process.kill(process.ppid, 'SIGKILL');")),
      fixture.pool.grade(configuration('conf.d/default.conf')),
    ]);
    expect(hostile).toMatchObject({ kind: 'problem', problem: { kind: 'grader' } });
    expect(hostile).toHaveProperty('problem.reason', expect.stringContaining('by signal SIGKILL'));
    expect(neighbour).toMatchObject({ kind: 'graded', result: { outcome: 'passed' } });
  });

  test('ends a submission at its time limit', async () => {
    await using fixture = new Fixture();
    const task = fixture.program('setInterval(() => {}, 1000);', { timeLimit: 500 });
    expect(await fixture.pool.grade(task)).toEqual({
      kind: 'problem',
      problem: { kind: 'time-limit', reason: 'it took longer than 0.5 s in all' },
    });
  });

  test('refuses to run a program where nothing shuts it in, and says what allows it', async () => {
    await using fixture = new Fixture({ trust: false });
    const outcome = await fixture.pool.grade(fixture.program(''));
    expect(outcome).toMatchObject({ kind: 'problem', problem: { kind: 'no-isolation' } });
    expect(outcome).toHaveProperty('problem.reason', expect.stringMatching(/there is no bubblewrap.*--trust/));
    expect(await fixture.pool.grade(configuration('conf.d/default.conf'))).toMatchObject({ kind: 'graded' });
  });

  test('says so when the lab does not exist', async () => {
    await using fixture = new Fixture();
    const outcome = await fixture.pool.grade({ ...configuration('conf.d/default.conf'), lab: 'lab99-none' });
    expect(outcome).toHaveProperty('problem', { kind: 'grader', reason: 'there is no lab "lab99-none"' });
  });

  test('rejects what waits when it is closed', async () => {
    await using fixture = new Fixture({ size: 1 });
    const waiting = [1, 2].map(() => fixture.pool.grade(fixture.program('setInterval(() => {}, 1000);')));
    const settled = Promise.allSettled(waiting);
    await fixture.pool.close();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
