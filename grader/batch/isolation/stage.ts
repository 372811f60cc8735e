import { chmodSync, copyFileSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TargetSpec } from '../../target/target.ts';
import { submissionLimits } from '../archives/index.ts';
import { project } from './mounts.ts';
import type { GradeTask } from './task.ts';

/** The submission has more files or bytes than are taken. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** What a stage has besides a way to the proxy, which is another one inside than outside. */
export const staged = ['submission', 'package.json'];

/**
 * Copies what a program needs of its submission into a small project, `stage`, where it can import `#proxy` and reach
 * nothing else of this one. Links and special files stay behind. Returns where the program is now.
 */
export function stageProgram(
  { lab, files }: GradeTask,
  spec: Extract<TargetSpec, { kind: 'program' | 'command' }>,
  stage: string,
): TargetSpec {
  const folder = path.join(stage, 'submission', lab);
  mkdirSync(folder, { recursive: true });
  const imports = { '#proxy': './proxy/index.ts' };
  writeFileSync(path.join(stage, 'package.json'), JSON.stringify({ type: 'module', imports }));
  symlinkSync(path.join(project, 'proxy'), path.join(stage, 'proxy'));
  const own = files ?? (spec.kind === 'command' ? spec.folder : undefined);
  if (own !== undefined) copyTree(own, folder);
  const moved = (place: string) =>
    path.join(folder, own === undefined ? path.basename(place) : path.relative(own, place));
  if (spec.kind === 'command') return { ...spec, folder: spec.folder === undefined ? folder : moved(spec.folder) };
  if (own === undefined) copyFile(spec.file, moved(spec.file));
  return { ...spec, file: moved(spec.file) };
}

function copyTree(from: string, to: string): void {
  let count = 0;
  let bytes = 0;
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = path.join(entry.parentPath, entry.name);
    const target = path.join(to, path.relative(from, source));
    mkdirSync(path.dirname(target), { recursive: true });
    bytes += copyFile(source, target);
    if (++count > submissionLimits.entries || bytes > submissionLimits.bytes)
      throw new TooLarge(
        `it has more than ${submissionLimits.entries} files or ${submissionLimits.bytes / 2 ** 20} MiB`,
      );
  }
}

/** Returns the size. Whoever runs it may read it, and execute it when its owner may. */
function copyFile(source: string, target: string): number {
  const { size, mode } = statSync(source);
  if (size > submissionLimits.bytes) throw new TooLarge(`${path.basename(source)} is too large`);
  copyFileSync(source, target);
  chmodSync(target, mode & 0o100 ? 0o755 : 0o644);
  return size;
}
