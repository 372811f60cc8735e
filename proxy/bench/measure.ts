import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Measured {
  readonly perSecond: number;
  /** Microseconds of CPU time that the server's process spent for a request, in user and in system. */
  readonly cpu: number;
}

/** Asks for a URL as fast as 64 connections can, and looks at the server's CPU time. Throws when anything but 2xx or 3xx came. */
export async function measure(url: string, pid: number, seconds: number): Promise<Measured> {
  const before = cpuTime(pid);
  const { stdout } = await run('wrk', ['-t1', '-c64', '--timeout', '30s', `-d${seconds}s`, url]);
  const used = cpuTime(pid) - before;
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`${url}\n${stdout}`);
  return { perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]), cpu: used / requests };
}

/** User and system time of a process so far, in microseconds; the kernel counts in hundredths of a second. */
function cpuTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Of an even number the upper one of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
