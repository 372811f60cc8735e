import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Lab } from '../lab.ts';
import { type OpenTarget, openTarget, type TargetSpec } from '../target/index.ts';

/** A lab without objectives, for tests of targets. */
export function labFor(facts: Partial<Lab> = {}): Lab {
  return {
    number: 2,
    name: 'test',
    title: 'Test',
    objectives: [],
    predictions: [],
    applications: ['catalog'],
    ...facts,
  };
}

/** Opens targets and removes all of it afterwards; one for each test: `await using targets = new Targets()`. */
export class Targets {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'workbook-test-'));
  readonly #open: OpenTarget[] = [];
  readonly #end = new AbortController();

  /** Writes files of a submission and returns their folder. */
  write(files: Readonly<Record<string, string>>): string {
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.#folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return this.#folder;
  }

  /** A `default.conf` of this text, on real nginx unless said otherwise. */
  async configuration(text: string, lab = labFor(), engine: 'reference' | 'nginx' = 'nginx'): Promise<OpenTarget> {
    const folder = this.write({ 'default.conf': text });
    return this.open({ kind: 'configuration', path: path.join(folder, 'default.conf'), engine }, lab);
  }

  async open(spec: TargetSpec, lab = labFor(), seed = 1): Promise<OpenTarget> {
    const target = await openTarget(spec, lab, seed, this.#end.signal);
    this.#open.push(target);
    return target;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#open.map((target) => target.close()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
