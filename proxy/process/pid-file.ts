import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { ConfigError, failedCall, systemPath } from '../config/index.ts';

/** Writes the process's number. Throws nginx's error. */
export function writePidFile(file: string): void {
  try {
    writeFileSync(systemPath(file), `${process.pid}\n`);
  } catch (error) {
    throw new ConfigError(failedCall('open', file, error));
  }
}

/** The number in a pid file. Throws nginx's errors. */
export function readPidFile(file: string): number {
  let text: string;
  try {
    text = readFileSync(systemPath(file), 'utf8');
  } catch (error) {
    throw new ConfigError(failedCall('open', file, error));
  }
  const pid = /^\d+$/.test(text.trim()) ? Number(text.trim()) : 0;
  if (pid === 0) throw new ConfigError(`invalid PID number "${text.trim()}" in "${file}"`);
  return pid;
}

/** Removes the pid file if it is ours. */
export function removePidFile(file: string): void {
  try {
    if (readPidFile(file) === process.pid) unlinkSync(systemPath(file));
  } catch {
    // Someone removed it already.
  }
}
