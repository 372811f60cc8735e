import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { QueueEvents, Queue as Sender } from 'bullmq';
import { execa } from 'execa';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PATIENCE } from '../../../proxy/testing/until.ts';
import { eventually } from '../../probe/timing.ts';
import { mixed } from '../../testing/fake-result.ts';
import { workbookDigest } from '../digest.ts';
import type { GradedClass } from '../graded.ts';
import type { GradeOutcome, GradeTask, Pool } from '../isolation/index.ts';
import { finished, queueName } from './jobs.ts';
import { type Parcel, pack } from './parcel.ts';
import { openQueue } from './queue.ts';
import { hasRedis, startRedis, type TestRedis } from './testing/redis.ts';
import { startWorker } from './worker.ts';

const workbook = path.join(import.meta.dirname, '../../workbook.mjs');
const solutions = path.join(import.meta.dirname, '../../../solutions/lab2-proxy-pass');
let redis: TestRedis;
let folder: string;

// Without redis-server these tests are skipped; CI installs it and forbids that.
const canRedis = hasRedis() || process.env.WORKBOOK_REQUIRE_REDIS === '1';

beforeAll(async () => {
  if (!canRedis) return;
  redis = await startRedis();
  folder = mkdtempSync(path.join(tmpdir(), 'workbook-machines-'));
});
afterAll(async () => {
  if (!canRedis) return;
  await redis[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const cleanups: (() => Promise<unknown>)[] = [];
beforeEach(() => cleanups.splice(0));
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

function task(name: string): GradeTask {
  const file = path.join(folder, name);
  writeFileSync(file, `# ${name}\n`);
  return {
    lab: 'lab2-proxy-pass',
    seed: 1,
    spec: { kind: 'configuration', path: file, engine: 'reference' },
    facts: { kind: 'configuration', location: name },
  };
}

/** A pool that says what it was given to read, in place of grading it. */
function reading(grade: (text: string) => Promise<GradeOutcome> = async (text) => graded(text)): Pool {
  return {
    grade: ({ spec }) => grade(spec.kind === 'configuration' ? readFileSync(spec.path, 'utf8') : ''),
    close: async () => {},
  };
}

const graded = (title: string): GradeOutcome => ({ kind: 'graded', result: { ...mixed, title } });
const titleOf = (outcome: GradeOutcome): string | undefined =>
  outcome.kind === 'graded' ? outcome.result.title : outcome.problem.reason;

async function worker(pool: Pool, size = 2): Promise<void> {
  const running = await startWorker({ address: redis.address, pool, size });
  cleanups.push(() => running.close());
}

async function queue(size = 8) {
  const opened = await openQueue(redis.address, size);
  cleanups.push(() => opened.close());
  return opened;
}

describe.skipIf(!canRedis)('several machines', () => {
  test('each submission comes to a worker with its bytes, and its outcome back to who asked', async () => {
    const asking = await queue();
    await worker(reading());
    await worker(reading());
    const names = Array.from({ length: 20 }, (_, i) => `student-${i}.conf`);
    const outcomes = await Promise.all(names.map((name) => asking.grade(task(name))));
    expect(outcomes.map(titleOf)).toEqual(names.map((name) => `# ${name}\n`));
    expect(await asking.workers()).toBe(2);
  });

  test('work waits until there is somebody to do it', async () => {
    const asking = await queue();
    const outcome = asking.grade(task('early.conf'));
    await worker(reading());
    expect(titleOf(await outcome)).toBe('# early.conf\n');
  });

  test("folders of the worker's machine are in no result", async () => {
    const asking = await queue();
    await worker({
      grade: async ({ spec }) => graded(spec.kind === 'configuration' ? spec.path : ''),
      close: async () => {},
    });
    expect(titleOf(await asking.grade(task('a.conf')))).toBe('/a.conf');
  });

  test("what a worker can't do is the grader's problem, never the student's", async () => {
    const asking = await queue();
    await worker(reading(() => Promise.reject(new Error('the disk is full'))));
    expect(await asking.grade(task('b.conf'))).toMatchObject({
      kind: 'problem',
      problem: { kind: 'grader', reason: expect.stringContaining('the disk is full') },
    });
  });

  test.each([
    ['another version of the workbook', (parcel: Parcel) => ({ ...parcel, workbook: 'another' }), /another version/],
    ['other bytes than were sent', (parcel: Parcel) => ({ ...parcel, digest: '0' }), /the parcel was refused.*digest/],
  ])('%s is never graded', async (_what, change, reason) => {
    let asked = 0;
    await worker(
      reading(async () => {
        asked++;
        return graded('');
      }),
    );
    const connection = { ...redis.address.connection, maxRetriesPerRequest: null };
    const [sender, events] = [new Sender(queueName, { connection }), new QueueEvents(queueName, { connection })];
    cleanups.push(
      () => events.close(),
      () => sender.close(),
    );
    const job = await sender.add('grade', change(pack(task('d.conf'), workbookDigest('lab2-proxy-pass'))));
    await expect(finished(job, events)).rejects.toThrow(reason);
    expect(asked).toBe(0);
  });

  test('why a job failed is told even when the news of it is lost', async () => {
    const connection = { ...redis.address.connection, maxRetriesPerRequest: null };
    const [sender, deaf] = [new Sender(queueName, { connection }), new QueueEvents('another queue', { connection })];
    cleanups.push(
      () => deaf.close(),
      () => sender.close(),
    );
    const job = await sender.add('grade', { ...pack(task('g.conf'), 'another version') });
    const outcome = expect(finished(job, deaf)).rejects.toThrow(/another version/);
    await deaf.waitUntilReady();
    await worker(reading());
    await outcome;
  });

  test('what a killed grading machine left behind is neither kept nor graded', async () => {
    const connection = { ...redis.address.connection, maxRetriesPerRequest: null };
    const [sender, events] = [new Sender(queueName, { connection }), new QueueEvents(queueName, { connection })];
    cleanups.push(
      () => events.close(),
      () => sender.close(),
    );
    await events.waitUntilReady();
    const orphan = { ...pack(task('e.conf'), workbookDigest('lab2-proxy-pass')), asker: 'gone' };
    await sender.add('grade', orphan);
    const asking = await queue();
    expect(await sender.getWaitingCount()).toBe(0);

    const job = await sender.add('grade', orphan);
    const read: string[] = [];
    await worker(
      reading(async (text) => {
        read.push(text);
        return graded(text);
      }),
    );
    await expect(finished(job, events)).rejects.toThrow('nobody waits');
    await asking.grade(task('f.conf'));
    expect(read).toEqual(['# f.conf\n']);
  });

  test('a queue that is closed lets go of what is under way', async () => {
    const asking = await openQueue(redis.address, 1);
    const outcome = asking.grade(task('c.conf'));
    const ended = expect(outcome).rejects.toThrow('the queue was closed');
    await asking.close();
    await ended;
    const client = new Redis({ ...redis.address.connection });
    expect(await client.keys('*asker*')).toEqual([]);
    client.disconnect();
  });
});

/** Where the command line has its temporary files. */
function temporary(): string {
  const place = path.join(folder, 'tmp');
  mkdirSync(place, { recursive: true });
  return place;
}

/** The command line as it runs on each machine. */
const command = (...words: string[]) =>
  execa(process.execPath, [workbook, ...words], {
    env: { INIT_CWD: folder, TMPDIR: temporary() },
    reject: false,
    stdin: 'ignore',
    all: true,
  });

describe.skipIf(!canRedis)('on the command line', () => {
  test('a worker that is killed in the middle loses nothing, and the password is never said', async () => {
    const submissions = path.join(folder, 'class');
    for (const [name, file] of [
      ['ada', 'conf.d/default.conf'],
      ['bo', 'wrong/wrong-port.conf'],
      ['cy', 'conf.d/default.conf'],
    ] as const) {
      mkdirSync(path.join(submissions, name), { recursive: true });
      writeFileSync(path.join(submissions, name, 'default.conf'), readFileSync(path.join(solutions, file)));
    }
    const out = path.join(folder, 'results');
    const doomed = command('worker', '--queue', redis.url, '--parallel', '1');
    await said(doomed, /Grading for/);
    const grading = command('grade', submissions, '--out', out, '--lab', 'lab2', '--queue', redis.url);
    await said(doomed, /lab2-proxy-pass/);
    doomed.kill('SIGKILL');
    await doomed;
    const heir = command('worker', '--queue', redis.url);
    const { exitCode, all } = await grading;
    heir.kill('SIGTERM');
    const { exitCode: heirs, all: heirSaid } = await heir;
    expect(all).toContain('Results:');
    expect([exitCode, heirs]).toEqual([0, 0]);
    const { attempts } = JSON.parse(readFileSync(path.join(out, 'class.json'), 'utf8')) as GradedClass;
    expect(attempts.map(({ student, outcome }) => [student.id, outcome])).toEqual([
      ['ada', 'passed'],
      ['bo', 'failed'],
      ['cy', 'passed'],
    ]);
    const left = await eventually(
      async () => readdirSync(temporary()).filter((name) => /^workbook-\d+-/.test(name)),
      (names) => names.length === 0,
      PATIENCE,
      new AbortController().signal,
    );
    expect(left).toEqual([]);
    for (const text of [all, heirSaid, (await doomed).all])
      for (const secret of [redis.password, encodeURIComponent(redis.password)]) expect(text).not.toContain(secret);
  });

  test.each([
    ['a Redis that is not there', 'redis://:hush@127.0.0.1:1', /redis:\/\/127\.0\.0\.1:1 can't be used.*ECONNREFUSED/],
    ['no address', 'http://:hush@127.0.0.1', /redis:\/\/HOST/],
  ])('%s is wrong usage, said without the password', async (_what, url, expected) => {
    for (const words of [['worker'], ['grade', folder, '--out', path.join(folder, 'none'), '--lab', 'lab2']]) {
      const { exitCode, all } = await command(...words, '--queue', url);
      expect(all).toMatch(expected);
      expect(all).not.toContain('hush');
      expect(exitCode).toBe(2);
    }
  });

  test('a wrong password is said to be wrong, and not what it is', async () => {
    const url = redis.url.replace(encodeURIComponent(redis.password), 'mistaken');
    const { exitCode, all } = await command('worker', '--queue', url);
    expect(exitCode).toBe(2);
    expect(all).toMatch(/can't be used.*(WRONGPASS|NOAUTH|invalid)/);
    expect(all).not.toContain('mistaken');
  });
});

/** Waits until a program says something; rejects when it ends without. */
function said(program: ReturnType<typeof command>, what: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    program.all.on('data', (piece: Buffer) => {
      text += piece;
      if (what.test(text)) resolve();
    });
    program.all.once('end', () => reject(new Error(`it ended without saying ${what}: ${text}`)));
  });
}
