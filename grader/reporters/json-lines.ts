import type { LabResult } from '../result.ts';

/** JSON Lines: one result a line. */
export function jsonLines(results: readonly LabResult[]): string {
  return results.map((result) => `${JSON.stringify(result)}\n`).join('');
}
