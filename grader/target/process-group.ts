import type { ChildProcess } from 'node:child_process';

/** Signals a process that was started `detached`, and all of its group: those that it left behind when it has ended, too. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Nothing of it is left.
  }
}
