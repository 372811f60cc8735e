import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { until, within } from '../../proxy/testing/until.ts';
import { startBehindGate } from './gate.ts';

const folder = mkdtempSync(join(tmpdir(), 'gate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const commandThatMakes = (file: string, shell: boolean) => ({
  file: shell ? `: > ${file}; echo made` : '/bin/sh',
  args: shell ? [] : ['-c', `: > ${file}; echo made`],
  environment: { PATH: process.env.PATH },
  folder,
  shell,
});

describe.skipIf(process.platform === 'win32')('a command behind a gate', () => {
  test.each([false, true])('runs once it is opened; given to a shell: %s', async (shell) => {
    const { child, open } = startBehindGate(commandThatMakes(join(folder, `opened-${shell}`), shell));
    let said = '';
    child.stdout!.on('data', (piece) => (said += piece));
    open();
    await within('its end', once(child, 'close'));
    expect({ code: child.exitCode, said }).toEqual({ code: 0, said: 'made\n' });
  });

  test('never runs when the program that started it is killed before it opens', async () => {
    const made = join(folder, 'never');
    const script = `
      import { startBehindGate } from '${pathToFileURL(join(import.meta.dirname, 'gate.ts')).href}';
      const { child } = startBehindGate(${JSON.stringify(commandThatMakes(made, false))});
      process.stdout.write(String(child.pid), () => process.kill(process.pid, 'SIGKILL'));`;
    const program = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let pid = '';
    program.stdout.on('data', (piece) => (pid += piece));
    await within('the end of the program', once(program, 'close'));
    expect(program.signalCode).toBe('SIGKILL');
    expect(Number(pid)).toBeGreaterThan(0);
    await until('the shell behind the gate is gone', () => !runs(Number(pid)));
    expect(existsSync(made)).toBe(false);
  });
});
