import { execFile, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { labs } from '../labs/catalog.ts';
import { nginxMissing } from './testing/nginx.ts';

/** Somebody without any rights; whoever runs these tests, when that is an ordinary user. */
const isRoot = process.getuid?.() === 0;
const ordinary = isRoot ? { uid: 65_534, gid: 65_534 } : {};
const workbook = join(import.meta.dirname, 'workbook.mjs');

/** A clone in root's own folder is no place for anybody else. */
const readable = !isRoot || spawnSync('test', ['-r', workbook], { ...ordinary, cwd: '/' }).status === 0;
const skip = nginxMissing ?? (readable ? undefined : 'only root may read this folder');

const folder = mkdtempSync(join(tmpdir(), 'ordinary-user-'));
if (isRoot) chownSync(folder, ordinary.uid!, ordinary.gid!);
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(skip !== undefined)(`without root's rights (${skip ?? 'nginx and this folder are there'})`, () => {
  test.each(labs.map(({ name }) => name))('the solution of %s passes on nginx', async (name) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [workbook, 'check', name, '--solution', '--engine', 'nginx', '--json'],
      {
        ...ordinary,
        cwd: '/',
        env: { PATH: process.env.PATH, TMPDIR: folder, HOME: folder, WORKBOOK_WORKSPACE: folder },
      },
    );
    const result = JSON.parse(stdout) as {
      target: { engine: string };
      outcome: string;
      objectives: { outcome: string }[];
    };
    expect(result).toMatchObject({ outcome: 'passed', target: { engine: 'nginx' } });
    expect(result.objectives.map(({ outcome }) => outcome)).not.toContain('failed');
  });
});
