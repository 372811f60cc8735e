import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until, within } from '../proxy/testing/until.ts';
import { nginxMissing } from './testing/nginx.ts';

/**
 * Whatever ends a command, at whatever moment: no process and no temporary folder may be left. Each run has a temporary
 * folder of its own, whose name is in the environment of everything it starts; that is how what is left is found.
 */
const workbook = join(import.meta.dirname, 'workbook.mjs');
const nginx = join(import.meta.dirname, '../proxy/nginx.mjs');
const cache = join(tmpdir(), 'node-compile-cache');
let folder: string;
let temporary: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'endings-'));
});
afterEach(async () => {
  for (const pid of processes()) process.kill(pid, 'SIGKILL');
  await rm(temporary, { recursive: true, force: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Processes whose environment names this run's temporary folder, zombies left out. */
function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(temporary);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const sandboxes = () => readdirSync(temporary).filter((name) => name.startsWith('workbook-'));

async function begin(
  words: readonly string[],
  own = join(folder, Math.random().toString(36).slice(2)),
): Promise<{ child: ChildProcess; output: () => string }> {
  temporary = own;
  await mkdir(temporary, { recursive: true });
  const child = spawn(process.execPath, [...words], {
    env: {
      ...process.env,
      TMPDIR: temporary,
      NODE_COMPILE_CACHE: cache,
      WORKBOOK_WORKSPACE: join(folder, 'workspace'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // As a shell starts a job: what a terminal sends goes to the whole group.
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (piece) => (output += piece));
  child.stderr.on('data', (piece) => (output += piece));
  return { child, output: () => output };
}

/** When a run is ended: as soon as this holds, and a moment of chance after that. */
const moments: Readonly<Record<string, () => boolean>> = {
  'at once': () => true,
  'when its first program runs': () => processes().length > 1,
  // The guard is the first.
  'when it starts a server': () => processes().length > 2,
  'when the sandbox is there': () => sandboxes().length > 0,
  'when a page was asked for': () =>
    sandboxes().some((name) => existsSync(join(temporary, name, 'var/log/nginx/access.log'))),
};

async function leavesNothing(words: readonly string[], moment: string, signal: NodeJS.Signals): Promise<void> {
  const { child, output } = await begin(words);
  const ended = new Promise((resolve) => child.once('close', resolve));
  await until(moment, () => child.exitCode !== null || moments[moment]!(), output);
  if (moment !== 'when it starts a server') await delay(Math.random() * 60);
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It was quicker.
  }
  await within('its end', ended, output);
  await nothingIsLeft(output);
}

async function nothingIsLeft(output: () => string = () => ''): Promise<void> {
  const left = () => ({ processes: processes().map(nameOf), sandboxes: sandboxes() });
  const state = () => `${JSON.stringify(left(), null, 1)}\n${output()}`;
  await until('nothing is left', () => processes().length + sandboxes().length === 0, state);
}

/** The number and the command of a process. */
function nameOf(pid: number): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')}`;
  } catch {
    return `${pid}`;
  }
}

const endings: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'];
const every = endings.flatMap((signal) => Object.keys(moments).map((moment) => [signal, moment] as const));
const skip = process.platform !== 'linux';

describe.skipIf(skip)('nothing is left of a check of lab 3', () => {
  test.each(every)('%s %s', async (signal, moment) => {
    await leavesNothing([workbook, 'check', 'lab3', '--solution'], moment, signal);
  });
});

describe.skipIf(skip)('nothing is left of', () => {
  const proxy = join(import.meta.dirname, '../solutions/lab4-static-posters/proxy.ts');
  const commands: Readonly<Record<string, readonly string[]>> = {
    'serve, of a program': [workbook, 'serve', 'lab4', '--program', proxy],
    'watch, of a program that never listens': [workbook, 'watch', 'lab2', '--program', '/bin/cat'],
    watch: [workbook, 'watch', 'lab5'],
    'a command of a shell with children': [workbook, 'check', 'lab2', '--command', 'sleep 61 & sleep 60; true'],
    catalog: [workbook, 'catalog', '--port', '0'],
    nginx: [nginx, '-h'],
  };
  const cases = Object.keys(commands).flatMap((name) => endings.map((signal) => [name, signal] as const));
  test.each(cases)('%s after %s', async (name, signal) => {
    const open = name === 'catalog' || name === 'nginx' ? 'at once' : 'when its first program runs';
    await leavesNothing(commands[name]!, open, signal);
  });

  test.skipIf(nginxMissing).each(endings)('a check on nginx after %s', async (signal) => {
    await leavesNothing(
      [workbook, 'check', 'lab3', '--solution', '--engine', 'nginx'],
      'when a page was asked for',
      signal,
    );
  });

  test('watch, when nobody reads what it says any more', async () => {
    const { child } = await begin([workbook, 'watch', 'lab1']);
    child.stdout!.destroy();
    await within('its end', new Promise((resolve) => child.once('exit', resolve)));
    await nothingIsLeft();
  });

  test('a folder whose owner is long gone, after the next check', async () => {
    temporary = join(folder, 'stale');
    const owner = spawnSync('true').pid;
    const left = ['old', 'new'].map((name) => join(temporary, `workbook-${owner}-${name}`));
    const alive = join(temporary, `workbook-${process.pid}-old`);
    for (const each of [...left, alive]) await mkdir(join(each, 'etc/nginx'), { recursive: true });
    const hourAgo = Date.now() / 1000 - 3600;
    for (const each of [left[0]!, alive]) await utimes(each, hourAgo, hourAgo);
    const { child } = await begin([workbook, 'check', 'lab1', '--solution', '--only', 'answers'], temporary);
    await within('its end', new Promise((resolve) => child.once('close', resolve)));
    expect(sandboxes().sort()).toEqual([`workbook-${owner}-new`, `workbook-${process.pid}-old`].sort());
  });
});
