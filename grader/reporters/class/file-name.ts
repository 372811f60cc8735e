import { createHash } from 'node:crypto';

/**
 * A student's key as the name of a file that every file system takes; another key gets another name, also where large and small
 * letters are the same.
 */
export function fileName(key: string): string {
  const safe = key
    .toWellFormed()
    .replace(/[^\p{L}\p{N}@.-]+/gu, '_')
    .replace(/^[.]+/, '_')
    .slice(0, 60);
  const isPlain = safe === key && safe === safe.toLowerCase();
  return isPlain ? safe : `${safe}-${createHash('sha256').update(key).digest('hex').slice(0, 8)}`;
}
