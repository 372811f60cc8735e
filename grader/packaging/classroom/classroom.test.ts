import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { findLab } from '../../commands/labs.ts';
import { writeTemplate } from './template.ts';

const root = resolve(import.meta.dirname, '../../..');
const lab = findLab('lab2');

const workflowSchema = z.object({
  on: z.record(z.string(), z.unknown()),
  permissions: z.record(z.string(), z.enum(['read', 'write'])),
  jobs: z.object({
    check: z.object({
      'runs-on': z.string(),
      steps: z.array(
        z.object({
          id: z.string().optional(),
          name: z.string().optional(),
          uses: z.string().optional(),
          run: z.string().optional(),
          env: z.record(z.string(), z.string()).optional(),
          with: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
  }),
});

let folder: string;

/** A student's repository made from the template, with the workbook where the second checkout puts it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classroom-'));
  await writeTemplate(folder, lab, { repository: 'school/workbook', ref: 'v1' });
  await symlink(root, join(folder, '.workbook'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const steps = async () => {
  const text = await readFile(join(folder, '.github/workflows/classroom.yml'), 'utf8');
  return workflowSchema.parse(parse(text)).jobs.check.steps;
};

/** Runs the step that checks as a runner does: bash -e, with files for the summary and the outputs. */
async function runCheck() {
  const script = (await steps()).find(({ id }) => id === 'check')?.run ?? '';
  const [summary, output] = [join(folder, 'step-summary'), join(folder, 'step-output')];
  for (const file of [summary, output]) await writeFile(file, '');
  const { stdout, exitCode } = await execa('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script], {
    cwd: folder,
    env: { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output, INIT_CWD: undefined },
    reject: false,
  });
  const outputs = (await readFile(output, 'utf8')).trimEnd().split('\n');
  return { stdout, exitCode, summary: await readFile(summary, 'utf8'), outputs };
}

describe('the workflow for GitHub Classroom', () => {
  test('hands each objective of the lab to the reporter, and takes no more than it needs', async () => {
    const all = await steps();
    const reporter = all.at(-1);
    const { objectives } = (await lab.load()).default;
    expect(String(reporter?.with?.runners).split(',')).toHaveLength(objectives.length);
    expect(Object.keys(reporter?.env ?? {})).toEqual(objectives.map((_, i) => `OBJECTIVE${i + 1}_RESULTS`));
    expect(all[1]?.with).toMatchObject({ repository: 'school/workbook', ref: 'v1', 'persist-credentials': false });
  });

  test('shows where the starter fails: annotations in its files, a summary, a result an objective', async () => {
    const { stdout, exitCode, summary, outputs } = await runCheck();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^::error title=Lab 2 /m);
    expect(stdout).toMatch(/^::(error|warning) file=conf\.d\/default\.conf,line=\d+,/m);
    expect(summary).toMatch(/^## Lab 2 .*❌ not yet/);
    const results = outputs.map((line) => {
      const [, encoded = ''] = /^objective\d+=(.+)$/.exec(line) ?? [];
      return JSON.parse(Buffer.from(encoded, 'base64').toString());
    });
    expect(results).toHaveLength((await lab.load()).default.objectives.length);
    expect(results.some(({ status }) => status === 'fail')).toBe(true);
  });

  test('passes the solution with all points', async () => {
    await cp(join(root, 'solutions', lab.folder, 'conf.d/default.conf'), join(folder, 'conf.d/default.conf'));
    const { exitCode, outputs } = await runCheck();
    expect(exitCode).toBe(0);
    const results = outputs.map((line) =>
      JSON.parse(Buffer.from(line.slice(line.indexOf('=') + 1), 'base64').toString()),
    );
    expect(results.every(({ status }) => status === 'pass')).toBe(true);
    expect(results.reduce((sum, { max_score }) => sum + max_score, 0)).toBe(100);
  });

  test('takes nothing that is printed for a command', async () => {
    const { stdout } = await runCheck();
    const [, token] = /^::stop-commands::([0-9a-f]{32})$/m.exec(stdout) ?? [];
    const log = stdout.slice(0, stdout.indexOf(`::${token}::`));
    expect(token).toBeDefined();
    expect(log).toContain('Lab 2');
    expect(stdout.slice(log.length)).not.toContain('100 of 100\n');
  });

  test('fails when the grader could not check at all', async () => {
    await rm(join(folder, 'conf.d'), { recursive: true });
    const { exitCode, outputs } = await runCheck();
    expect(exitCode).toBe(2);
    expect(outputs).toEqual(['']);
  });
});
