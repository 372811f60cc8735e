import type { LabResult } from '../result.ts';

/** One JSON document: a result, or an array of them. */
export function json(results: LabResult | readonly LabResult[]): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}
