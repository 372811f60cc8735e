import type { LabResult } from '../../result.ts';
import { labHeading } from '../words.ts';
import { page } from './page.ts';
import { labSection } from './result.ts';

/** One page that needs no network and runs no script: for people who would rather look than read. */
export function html(results: readonly LabResult[]): string {
  const [only] = results;
  const title = results.length === 1 && only !== undefined ? labHeading(only) : 'Labs';
  return page(
    title,
    results.map((result) => labSection(result)),
  );
}
