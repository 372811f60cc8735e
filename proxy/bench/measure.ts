import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server under measurement. */
export interface Target {
  port(name: string): number;
  /** The process, or the master of several. */
  readonly pid: number;
}

export interface Measured {
  readonly value: number;
  /** Microseconds of CPU time that the server spent for a request, in user and in system; `undefined` where that isn't the point. */
  readonly cpu?: number;
}

/** How a row asks. */
export interface Load {
  /** The path, for `port`. */
  readonly uri: string;
  readonly port?: string;
  readonly scheme?: 'http' | 'https';
  readonly headers?: readonly string[];
}

/** Asks as fast as 64 connections can: requests per second. Throws when anything but 2xx or 3xx came. */
export function throughput({ uri, port = 'main', scheme = 'http', headers = [] }: Load) {
  return async (target: Target, seconds: number): Promise<Measured> => {
    const url = `${scheme}://127.0.0.1:${target.port(port)}${uri}`;
    const before = cpuTime(target.pid);
    const words = headers.flatMap((header) => ['-H', header]);
    const { stdout } = await run('wrk', ['-t1', '-c64', '--timeout', '30s', `-d${seconds}s`, ...words, url]);
    const used = cpuTime(target.pid) - before;
    if (/Non-2xx|Socket errors: connect [1-9]/.test(stdout)) throw new Error(`${url}\n${stdout}`);
    const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
    return { value: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]), cpu: used / requests };
  };
}

/** A process and those below it. */
function processTree(pid: number): number[] {
  const below = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(Number(name)) === pid)
    .flatMap((name) => processTree(Number(name)));
  return [pid, ...below];
}

function parentOf(pid: number): number {
  try {
    return Number(statistics(pid)[1]);
  } catch {
    return 0; // It has just ended.
  }
}

/** The fields of /proc/PID/stat from the state on. */
function statistics(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
}

/** User and system time of a server so far, in microseconds; the kernel counts in hundredths of a second. */
export function cpuTime(pid: number): number {
  const of = (fields: string[]): number => (Number(fields[11]) + Number(fields[12])) * 10_000;
  return processTree(pid).reduce((sum, one) => sum + of(statistics(one)), 0);
}

/** Memory that a server has in use (resident set size), in MB. */
export function memory(pid: number): number {
  const of = (one: number): number =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/status`, 'latin1'))![1]) / 1024;
  return processTree(pid).reduce((sum, one) => sum + of(one), 0);
}

/** Of an even number the upper one of the two in the middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
