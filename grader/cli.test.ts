import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workbook-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command line in a workspace of its own, without a terminal. */
const workbook = (...words: string[]) => workbookWith({}, ...words);

/** The same with more in its environment: what npm puts there, for one. */
function workbookWith(
  environment: NodeJS.ProcessEnv,
  ...words: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'workbook.mjs'), ...words], {
      env: {
        ...process.env,
        WORKBOOK_WORKSPACE: folder,
        INIT_CWD: folder,
        FORCE_COLOR: undefined,
        NO_COLOR: undefined,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** One request over a socket of our own: `fetch` may be told to go through a proxy of the machine. */
function ask({ hostname, port }: URL): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname);
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
    socket.write('GET /status HTTP/1.1\r\nHost: catalog.test\r\nConnection: close\r\n\r\n');
  });
}

describe('options before `--`, which npm keeps for itself,', () => {
  test('are told, and nothing is graded', async () => {
    const environment = { npm_lifecycle_event: 'check', npm_config_build: 'true', npm_config_config: 'my.conf' };
    const { code, stdout, stderr } = await workbookWith(environment, 'check', 'lab3');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('npm kept --config and --build for itself');
    expect(stderr).toContain('npm run check -- lab3 --config --build');
  });

  test('whose value is left over are explained', async () => {
    const { code, stderr } = await workbookWith({ npm_lifecycle_event: 'check' }, 'check', 'lab3', 'my.conf');
    expect(code).toBe(2);
    expect(stderr).toContain('options go behind `--`');
  });

  test('are none of ours when another script runs, or when npm has a setting of that name', async () => {
    for (const environment of [
      { npm_lifecycle_event: 'test', npm_config_build: 'true' },
      { npm_lifecycle_event: 'solution', npm_config_yes: 'true' },
    ]) {
      const { stderr } = await workbookWith(environment, 'solution', 'lab1');
      expect(stderr).toContain('is not passed yet');
    }
  });
});

describe('wrong usage ends with 2, names what there is, and leaves stdout empty', () => {
  test.each([
    [['check', 'lab33'], 'lab3   upstream'],
    [['check', 'lab3', '--jsno'], '--json'],
    [['chekc', 'lab3'], 'check'],
    [['check'], 'lab'],
    [['check', 'lab3', '--config', 'nowhere.conf'], 'there is no file or folder'],
    [['check', 'lab3', '--engine', 'apache'], 'reference, nginx and both'],
    [['check', 'lab3', '--seed', 'x'], 'not a number'],
    [['check', 'lab3', '--only', 'nothing'], 'lab3.both-backends'],
    [['check', 'lab3', '--report', 'pdf=x'], 'junit'],
    [['check', 'lab3', '--target', 'localhost'], 'no address like http://HOST'],
    [['check', 'lab3', '--build', '--target', 'http://127.0.0.1'], 'Only one of'],
    [['check', 'lab3', '--target', 'http://127.0.0.1', '--engine', 'nginx'], '--engine is for configurations'],
    [['hint', 'lab3', 'nothing'], 'lab3.both-backends'],
    [['solution', 'lab3'], '--yes'],
    [['catalog', '--port', '99999'], 'not a port'],
  ])('%j', async (words, named) => {
    const { code, stdout, stderr } = await workbook(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(named);
  });
});

test('help is no error', async () => {
  const { code, stdout } = await workbook('--help');
  expect(code).toBe(0);
  expect(stdout).toContain('check');
});

describe('a check', () => {
  test('of the starter fails with 1, makes the workspace, writes no escapes into a pipe, and leads to a hint', async () => {
    const first = await workbook('check', 'lab2');
    expect(first.stderr).toMatch(/files for this lab are in lab2-proxy-pass$/m);
    expect(first.code).toBe(1);
    expect(first.stdout).toContain('✗');
    expect(first.stdout).not.toContain('\u001b');
    const lab = (words: string): Promise<{ stdout: string }> => workbook('hint', words);
    expect((await lab('lab2')).stdout).toContain('Hint 1 of');
    expect((await lab('2')).stdout).toContain('Hint 2 of');
  });

  test('of a solution passes with 0, and --json is one document', async () => {
    const { code, stdout, stderr } = await workbook('check', 'proxy-pass', '--solution', '--json', '--seed', '5');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      lab: 'lab2-proxy-pass',
      seed: 5,
      outcome: 'passed',
      target: { kind: 'solution', engine: 'reference' },
      score: { earned: 100, possible: 100 },
    });
  });

  test('that passes is remembered, and then the solution may be seen', async () => {
    const root = join(import.meta.dirname, '..');
    mkdirSync(join(folder, 'lab2-proxy-pass/conf.d'), { recursive: true });
    const text = readFileSync(join(root, 'solutions/lab2-proxy-pass/conf.d/default.conf'), 'utf8');
    writeFileSync(join(folder, 'lab2-proxy-pass/conf.d/default.conf'), text);
    expect((await workbook('check', 'lab2')).code).toBe(0);
    const { code, stdout } = await workbook('solution', 'lab2');
    expect(code).toBe(0);
    expect(stdout).toContain('proxy_pass');
  });

  test('writes the reports that were asked for', async () => {
    const { code } = await workbook('check', 'lab2', '--report', 'junit=r.xml', '--report', 'html=r.html');
    expect(code).toBe(1);
    expect(readFileSync(join(folder, 'r.xml'), 'utf8')).toContain('<testsuite ');
    expect(readFileSync(join(folder, 'r.html'), 'utf8')).toContain('<!doctype html>');
  });

  test('of some objectives grades those and what they depend on', async () => {
    const { stdout } = await workbook('check', 'lab2', '--solution', '--json', '--only', 'status-codes');
    const result: { objectives: { id: string }[] } = JSON.parse(stdout);
    expect(result.objectives.map(({ id }) => id)).toEqual(['lab2.forwards', 'lab2.status-codes']);
  });
});

test('reset keeps what was there in a dated folder beside it', async () => {
  await workbook('reset', 'lab2');
  const file = join(folder, 'lab2-proxy-pass/conf.d/default.conf');
  const starter = readFileSync(file, 'utf8');
  writeFileSync(file, 'mine');
  const { code, stdout } = await workbook('reset', 'lab2');
  expect(code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(starter);
  const backup = readdirSync(folder).find((name) => name.startsWith('lab2-proxy-pass.'));
  expect(stdout).toContain(backup);
  expect(readFileSync(join(folder, backup ?? '', 'conf.d/default.conf'), 'utf8')).toBe('mine');
});

test('progress that cannot be read is put aside, not lost', async () => {
  writeFileSync(join(folder, 'progress.json'), '{"version":');
  expect((await workbook('hint', 'lab2')).code).toBe(0);
  expect(existsSync(join(folder, 'progress.json.unreadable'))).toBe(true);
  expect(JSON.parse(readFileSync(join(folder, 'progress.json'), 'utf8'))).toMatchObject({ version: 1 });
});

test('serve runs until it is told to end, and the server answers meanwhile', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'workbook.mjs'), 'serve', 'lab2', '--solution'], {
    env: { ...process.env, WORKBOOK_WORKSPACE: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const found = /your server\s+(http:\S+)[\s\S]*Ctrl-C/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('close', () => reject(new Error(`it ended: ${text}`)));
  });
  const answer = await ask(new URL(address));
  child.kill('SIGINT');
  expect(answer).toMatch(/^HTTP\/1.1 200[\s\S]*OK/);
  expect(await ended).toBe(0);
});
