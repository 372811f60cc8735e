import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labs } from '../labs/catalog.ts';
import type { LabResult } from './result.ts';

const workbook = join(import.meta.dirname, 'workbook.mjs');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workbook-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command line as npm does, with a workspace of its own and nothing on stdin. */
function run(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return runIn(join(folder, 'workspace'), ...words);
}

async function runIn(workspace: string, ...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [workbook, ...words], {
    reject: false,
    stdin: 'ignore',
    timeout: 100_000,
    env: { WORKBOOK_WORKSPACE: workspace, INIT_CWD: folder, NO_COLOR: '1' },
  });
  return { code: exitCode ?? -1, stdout, stderr };
}

/** Checks lab 1 with a configuration of this content. */
async function checkContent(content: string | Uint8Array): Promise<{ code: number; result: LabResult; text: string }> {
  const file = join(folder, `given-${Math.random().toString(36).slice(2)}.conf`);
  await writeFile(file, content);
  const { code, stdout } = await run('check', 'lab1', '--config', file, '--json');
  const result = JSON.parse(stdout) as LabResult;
  return { code, result, text: result.startup.messages.map(({ text }) => text).join('\n') };
}

describe('wrong usage ends with 2, says on stderr what there is, and leaves stdout empty', () => {
  const lacking: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['a lab', ['check', 'lab99'], new RegExp(labs.map(({ name }) => name).join('[\\s\\S]*'))],
    ['no lab at all', ['check'], /missing[\s\S]*lab1 .*[\s\S]*lab5 /],
    ['a file', ['check', 'lab1', '--config', 'nowhere.conf'], /no file or folder .*nowhere\.conf/],
    ['an option', ['check', 'lab1', '--fast'], /--config[\s\S]*--engine/],
    ['a command', ['chekc', 'lab1'], /check/],
    ['an engine', ['check', 'lab1', '--engine', 'apache'], /reference, nginx and both/],
    ['an objective', ['check', 'lab1', '--only', 'lab1.nothing'], /lab1\.answers/],
    ['a report', ['check', 'lab1', '--report', 'papyrus=x'], /json/],
    ['a seed', ['check', 'lab1', '--seed', 'poppy'], /0 to 4294967295/],
    ['an address', ['check', 'lab1', '--target', 'my server'], /http:\/\/HOST/],
    ['a hint', ['hint', 'lab1', 'lab1.nothing'], /lab1\.answers/],
    ['a terminal', ['start'], /npm run check lab1/],
  ];
  test.each(lacking)('%s that does not exist', async (_what, words, said) => {
    const { code, stdout, stderr } = await run(...words);
    expect(stderr).toMatch(said);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

describe('a configuration that can never start is a failed lab, with the reason and nothing probed', () => {
  test('binary garbage', async () => {
    const bytes = Uint8Array.from({ length: 65_536 }, (_, index) => (index * 7919 + (index >> 3) * 31) & 255);
    const { code, result } = await checkContent(bytes);
    expect(code).toBe(1);
    expect(result).toMatchObject({ outcome: 'failed', startup: { ok: false } });
    expect(result.startup.messages[0]).toMatchObject({ line: expect.any(Number), text: expect.any(String) });
    expect(result.objectives.every(({ outcome }) => outcome === 'skipped')).toBe(true);
  });

  test('10 MB with the mistake in the last line, which is named', async () => {
    const filler = `# ${'x'.repeat(97)}\n`.repeat(100_000);
    const { code, result, text } = await checkContent(`${filler}serve { }\n`);
    expect(code).toBe(1);
    expect(text).toContain('unknown directive "serve"');
    expect(result.startup.messages[0]?.line).toBe(100_001);
  });

  test('10 MB of open braces', async () => {
    const { code, result } = await checkContent('server { '.repeat(1_100_000));
    expect(code).toBe(1);
    expect(result).toMatchObject({ outcome: 'failed', startup: { ok: false } });
  });

  test('files that include each other', async () => {
    const { code, result, text } = await checkContent('include /etc/nginx/conf.d/*.conf;\nserver { listen 80; }\n');
    expect(code).toBe(1);
    expect(text).toMatch(/includ/);
    expect(result.startup.ok).toBe(false);
  });

  test('a path outside of the world of the lab', async () => {
    const { code, result } = await checkContent('server {\n  listen 80;\n  root /root;\n}\n');
    expect(code).toBe(1);
    expect(result.startup.messages[0]).toMatchObject({ severity: 'refused', line: 3 });
  });
});

describe('what is printed', () => {
  test('--json prints one document on stdout and nothing else', async () => {
    const { stdout } = await run('check', 'lab1', '--solution', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, lab: 'lab1-install', target: { kind: 'solution' } });
  });

  test('a pipe gets no escape codes', async () => {
    const { stdout, stderr } = await run('check', 'lab1', '--solution');
    expect(stdout).toContain('Lab 1');
    expect(stdout + stderr).not.toContain('\x1b');
  });
});

describe('a live server that behaves badly is a verdict within the limits', () => {
  let silent: Server;
  beforeAll(async () => {
    silent = createServer((socket) => socket.on('error', () => {}).resume());
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  });
  afterAll(() => void silent.close());

  test('one that takes the connection and never answers', async () => {
    const { port } = silent.address() as { port: number };
    const { code, stdout } = await run('check', 'lab1', '--target', `http://127.0.0.1:${port}`, '--json');
    const result = JSON.parse(stdout) as LabResult;
    expect(code).toBe(1);
    expect(result.objectives[0]).toMatchObject({ id: 'lab1.answers', outcome: 'failed' });
    expect(result.objectives[0]?.received).toMatch(/no answer/);
  });

  test('one that is not there', async () => {
    const { code, stdout } = await run('check', 'lab1', '--target', 'http://127.0.0.1:1', '--json');
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as LabResult).startup.messages[0]?.text).toMatch(/refused/);
  });
});

describe('check all', () => {
  test('leaves labs that are not begun alone, and says so', async () => {
    const place = await mkdtemp(join(tmpdir(), 'workbook-all-'));
    try {
      const all = (...words: string[]) => runIn(place, 'check', 'all', ...words);
      const nothing = await all('--json');
      expect({ ...nothing, stdout: JSON.parse(nothing.stdout) }).toEqual({ code: 1, stdout: [], stderr: '' });

      await cp(join(import.meta.dirname, '../solutions/lab1-install'), join(place, 'lab1-install'), {
        recursive: true,
      });
      const { code, stdout } = await all();
      expect(code).toBe(1);
      expect(stdout).toMatch(/✓ +1 +A web server that answers +100\/100/);
      expect(stdout).toMatch(/– +2 +In front of one application +not begun/);
      expect(stdout).toContain(`1 of ${labs.length} labs passed`);
      expect(stdout).toMatch(/next +npm run check lab2/);
      const results = JSON.parse((await all('--json')).stdout) as LabResult[];
      expect(results.map(({ lab }) => lab)).toEqual(['lab1-install']);
      expect((await readdir(place)).sort()).toEqual(['lab1-install', 'progress.json']);
    } finally {
      await rm(place, { recursive: true });
    }
  });
});
