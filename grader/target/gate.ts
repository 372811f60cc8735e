import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { ServerCommand } from './server-process.ts';

/**
 * A shell that becomes the command once it is told to. Its end of the pipe says so, too, when this program is killed:
 * then there is nobody left to be told, and nothing is started.
 */
const script = 'read -r go <&3 && exec 3<&- "$@"';

/** A process that was started, and what lets it begin. */
export interface Gated {
  readonly child: ChildProcess;
  /** From now on it may run. */
  open(): void;
}

/**
 * Starts a command in a process group of its own, and keeps it from doing anything until `open`: a program that is killed
 * between starting another and telling the guard of it would leave that one running for ever. One that waits to be
 * `told` needs no gate.
 */
export function startBehindGate(command: ServerCommand): Gated {
  const { file, args, shell = false, told = false } = command;
  const options: SpawnOptions = { cwd: command.folder, env: { ...command.environment } };
  if (process.platform === 'win32' || told) {
    const stdio = [told ? 'pipe' : 'ignore', 'pipe', 'pipe'] as const;
    const detached = process.platform !== 'win32';
    return { child: spawn(file, args, { ...options, stdio: [...stdio], detached, shell }), open() {} };
  }
  const words = shell ? ['/bin/sh', '-c', [file, ...args].join(' ')] : [file, ...args];
  const child = spawn('/bin/sh', ['-c', script, 'sh', ...words], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const gate = child.stdio[3] as Writable | null | undefined;
  // One that was ended before needs no telling.
  gate?.on('error', () => {});
  return { child, open: () => void gate?.end('\n') };
}
