import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Format, formats, reporter } from '../reporters/index.ts';
import type { LabResult } from '../result.ts';
import { UsageError } from './usage.ts';

/** Whether a stream wants colours: https://no-color.org, FORCE_COLOR, and a terminal that isn't dumb. */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = process.env;
  if (no !== undefined && no !== '') return false;
  if (force !== undefined && force !== '' && force !== '0') return true;
  return stream.isTTY === true && term !== 'dumb';
}

/** One `--report FORMAT=FILE`. */
export interface WantedReport {
  readonly format: Format;
  readonly file: string;
}

/** Reads `--report FORMAT=FILE`; throws UsageError that names the formats. */
export function parseReport(text: string): WantedReport {
  const [, name = '', file = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  const format = formats.find((known) => known === name);
  if (format === undefined || file === '')
    throw new UsageError(`--report: "${text}" is not FORMAT=FILE. Formats: ${formats.join(', ')}.`);
  return { format, file: resolve(process.env.INIT_CWD ?? process.cwd(), file) };
}

/** Writes the reports; throws UsageError when a file can't be written. */
export async function writeReports(wanted: readonly WantedReport[], results: readonly LabResult[]): Promise<void> {
  for (const { format, file } of wanted) {
    const report = await reporter(format);
    try {
      await writeFile(file, report(results));
    } catch (error) {
      throw new UsageError(`--report: ${file} can't be written: ${(error as Error).message}`);
    }
  }
}

/** Writes to stdout and waits until it is taken; a reader that went away (`| head`) is no error. */
export function print(text: string): Promise<void> {
  return new Promise((done) => {
    process.stdout.write(text, () => done());
  });
}
