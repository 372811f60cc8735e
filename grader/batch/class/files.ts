import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { GradedAttempt } from '../graded.ts';

/** Writes a whole file or nothing: whoever reads it never sees half of it. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const half = `${file}.${process.pid}.new`;
  writeFileSync(half, content);
  renameSync(half, file);
}

/** Where the result of an attempt lies in the results, e.g. `attempts/ada/lab3-upstream-1.json`. */
export function attemptFile({ student, lab, attempt }: Pick<GradedAttempt, 'student' | 'lab' | 'attempt'>): string {
  return path.join('attempts', fileName(student.id), `${lab}-${attempt}.json`);
}

/** A student's key as the name of a file: what file systems take amiss is written as its number, so no two get the same. */
export function fileName(key: string): string {
  const safe = key.replace(/[^\p{L}\p{N}@_.-]|^\./gu, (character) => `%${character.codePointAt(0)!.toString(16)}`);
  return safe.slice(0, 120);
}
