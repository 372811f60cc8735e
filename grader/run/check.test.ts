import { describe, expect, test } from 'vitest';
import type { Lab, Objective } from '../lab.ts';
import type { LabResult } from '../result.ts';
import { FakeTarget, lab, objective, response } from '../testing/fake-target.ts';
import { type CheckOptions, checkLab } from './check.ts';

const facts = { kind: 'configuration', engine: 'reference', location: 'default.conf' } as const;

function check(of: Lab, target = new FakeTarget(), options: Partial<CheckOptions> = {}): Promise<LabResult> {
  return checkLab(of, async () => target, { folder: 'lab9-fake', seed: 1, facts, ...options });
}

const outcomes = (result: LabResult): Record<string, string> =>
  Object.fromEntries(result.objectives.map(({ id, outcome }) => [id.slice(5), outcome]));

const failing = (id: string, more: Partial<Objective> = {}): Objective =>
  objective(id, { check: async ({ expect: must }) => must(false, 'a', 'b'), ...more });

describe('what an objective ends as', () => {
  test('a met expectation passes and earns the points', async () => {
    const result = await check(lab(objective('one'), objective('two')));
    expect(outcomes(result)).toEqual({ one: 'passed', two: 'passed' });
    expect(result).toMatchObject({ outcome: 'passed', score: { earned: 100, possible: 100 } });
  });

  test('an unmet expectation fails, with what was expected and what came, and a way to repeat it', async () => {
    const target = new FakeTarget();
    target.answer = async (path) => response(path, { status: 502 });
    const result = await check(lab(objective('one')), target);
    expect(result.outcome).toBe('failed');
    expect(result.objectives[0]).toMatchObject({
      outcome: 'failed',
      expected: 'status 200 for GET /one',
      received: 'status 502',
      why: 'without one nothing goes',
      reproduce: ['curl -i http://catalog.test/one'],
      points: { earned: 0, possible: 50 },
    });
  });

  test('a check is told with what was asked, how it was answered, and what arrived behind the server', async () => {
    const target = new FakeTarget();
    const application = { name: 'catalog', address: '127.0.0.1:8080', requests: 5 };
    Object.assign(target.world, { application: () => application });
    target.answer = async (path) => {
      if (path !== '/lost') application.requests++;
      return response(path, { status: path === '/lost' ? 502 : 200 });
    };
    const asking = objective('one', {
      check: async ({ client, expect: must }) => {
        await client.burst(Array.from({ length: 100 }, () => '/'));
        must.status(await client.get('/lost'), 502);
      },
    });
    const result = await check({ ...lab(asking), applications: ['catalog'] }, target);
    expect(result.objectives[0]?.traffic).toEqual({
      requests: 101,
      answers: [
        { status: 200, count: 100 },
        { status: 502, count: 1 },
      ],
      arrivals: [{ application: 'catalog', address: '127.0.0.1:8080', requests: 100 }],
    });
  });

  test('a check that checks nothing is an error, not a pass', async () => {
    const result = await check(lab(objective('one', { check: async () => {} })));
    expect(outcomes(result)).toEqual({ one: 'error' });
    expect(result.outcome).toBe('error');
  });

  test("the grader's own exception is an error and the lab isn't graded, whatever else passed", async () => {
    const broken = objective('two', {
      check: async () => {
        throw new TypeError('oops');
      },
    });
    const result = await check(lab(objective('one'), broken));
    expect(outcomes(result)).toEqual({ one: 'passed', two: 'error' });
    expect(result.outcome).toBe('error');
    expect(result.objectives[1]?.received).toContain('TypeError: oops');
  });

  test('a check that throws before it awaits is an error, too', async () => {
    const broken = objective('one', {
      check: () => {
        throw new TypeError('at once');
      },
    });
    expect(outcomes(await check(lab(broken)))).toEqual({ one: 'error' });
  });
});

describe('dependencies and needs', () => {
  test('what depends on a failure is skipped, and what depends on that', async () => {
    const result = await check(
      lab(
        failing('one'),
        objective('two', { dependsOn: ['lab9.one'] }),
        objective('three', { dependsOn: ['lab9.two'] }),
      ),
    );
    expect(outcomes(result)).toEqual({ one: 'failed', two: 'skipped', three: 'skipped' });
    expect(result.objectives[1]?.because).toBe('needs lab9.one, which failed');
  });

  test('a dependency that comes later in the lab runs first; the report keeps the order of the lab', async () => {
    const ran: string[] = [];
    const noted = (id: string, dependsOn: readonly string[] = []): Objective =>
      objective(id, {
        dependsOn,
        check: async ({ expect: must }) => {
          ran.push(id);
          must(true, '', '');
        },
      });
    const result = await check(lab(noted('one', ['lab9.two']), noted('two')));
    expect(ran).toEqual(['two', 'one']);
    expect(result.objectives.map(({ id }) => id)).toEqual(['lab9.one', 'lab9.two']);
  });

  test('what a target cannot show is skipped with the reason and counts neither way', async () => {
    const result = await check(lab(objective('one'), objective('two', { needs: ['access-log'] })));
    expect(outcomes(result)).toEqual({ one: 'passed', two: 'skipped' });
    expect(result).toMatchObject({ outcome: 'passed', score: { earned: 50, possible: 50 } });
    expect(result.objectives[1]?.because).toContain('access log');
  });

  test('a lab in which nothing can be checked is an error, not a pass', async () => {
    expect((await check(lab(objective('one', { needs: ['https'] })))).outcome).toBe('error');
  });

  test('a stretch objective that fails leaves the lab passed', async () => {
    const result = await check(lab(objective('one'), failing('more', { kind: 'stretch', points: 10 })));
    expect(result).toMatchObject({ outcome: 'passed', score: { earned: 50, stretchEarned: 0, stretchPossible: 10 } });
  });

  test('--only takes along what an objective depends on, and nothing else', async () => {
    const of = lab(objective('one'), objective('two', { dependsOn: ['lab9.one'] }), objective('three'));
    expect(outcomes(await check(of, undefined, { only: ['two'] }))).toEqual({ one: 'passed', two: 'passed' });
    await expect(check(of, undefined, { only: ['four'] })).rejects.toThrow('it has lab9.one, lab9.two, lab9.three');
  });

  test('a circle of dependencies is a defect of the lab', async () => {
    const of = lab(objective('one', { dependsOn: ['lab9.two'] }), objective('two', { dependsOn: ['lab9.one'] }));
    await expect(check(of)).rejects.toThrow('circle');
  });
});

describe('limits', () => {
  const never = new Promise<never>(() => {});

  test('a server that keeps a check waiting until its limit fails it', async () => {
    const target = new FakeTarget();
    target.answer = () => never;
    const result = await check(lab(objective('one', { timeLimit: 40 }), objective('two', { timeLimit: 40 })), target);
    expect(outcomes(result)).toEqual({ one: 'failed', two: 'failed' });
    expect(result.objectives[0]?.expected).toBe('all answers within 0.04 s');
    expect(target.closed).toBe(1);
  });

  test("a check that is slow by itself is the grader's fault", async () => {
    const slow = objective('one', {
      timeLimit: 30,
      check: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    expect(outcomes(await check(lab(slow)))).toEqual({ one: 'error' });
  });

  test('when the lab takes too long, what is known is reported and the rest says why it is missing', async () => {
    const target = new FakeTarget();
    target.answer = (path) => (path === '/one' ? Promise.resolve(response(path)) : never);
    const result = await check(lab(objective('one'), objective('two'), objective('three')), target, {
      timeLimit: 2000,
    });
    expect(outcomes(result)).toEqual({ one: 'passed', two: 'skipped', three: 'skipped' });
    expect(result.objectives[1]?.because).toBe('not finished: the lab took longer than 2 s');
    expect(result.outcome).toBe('error');
    expect(target.closed).toBe(1);
  });

  test('an interruption reports what is known and closes the target', async () => {
    const stop = new AbortController();
    const target = new FakeTarget();
    target.answer = (path) => {
      if (path === '/one') return Promise.resolve(response(path));
      stop.abort(new Error('interrupted'));
      return never;
    };
    const result = await check(lab(objective('one'), objective('two')), target, { signal: stop.signal });
    expect(outcomes(result)).toEqual({ one: 'passed', two: 'skipped' });
    expect(result.objectives[1]?.because).toContain('interrupted');
    expect(target.closed).toBe(1);
  });

  test('a target that opens too late is closed all the same', async () => {
    const target = new FakeTarget();
    let openLate: (target: FakeTarget) => void = () => {};
    const opening = new Promise<FakeTarget>((resolve) => {
      openLate = resolve;
    });
    const result = await checkLab(lab(objective('one')), () => opening, {
      folder: 'lab9-fake',
      seed: 1,
      facts,
      timeLimit: 20,
    });
    expect(result.outcome).toBe('error');
    openLate(target);
    await expect.poll(() => target.closed).toBe(1);
  });
});

test('a server that does not start fails the lab and skips every objective', async () => {
  const target = new FakeTarget();
  target.startup = {
    ok: false,
    messages: [{ severity: 'emerg', text: 'unknown directive "proxypass"', file: 'default.conf', line: 3 }],
  };
  const result = await check(lab(objective('one'), objective('two')), target);
  expect(outcomes(result)).toEqual({ one: 'skipped', two: 'skipped' });
  expect(result).toMatchObject({ outcome: 'failed', score: { earned: 0, possible: 100 }, startup: { ok: false } });
  expect(target.closed).toBe(1);
});

test('a seed gives each objective the same values, with the others or alone', async () => {
  const drawn: string[] = [];
  const drawing = (id: string): Objective =>
    objective(id, {
      check: async ({ random, expect: must }) => {
        drawn.push(`${id} ${random.word()}`);
        must(true, '', '');
      },
    });
  const of = lab(drawing('one'), drawing('two'));
  await check(of);
  await check(of, undefined, { only: ['two'] });
  expect(drawn[2]).toBe(drawn[1]);
  expect(drawn[0]?.split(' ')[1]).not.toBe(drawn[1]?.split(' ')[1]);
});
