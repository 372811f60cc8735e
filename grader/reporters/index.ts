import type { LabResult } from '../result.ts';

/** A report of one or several results: a pure function. */
export type Reporter = (results: readonly LabResult[]) => string;

/** What `--report FORMAT=FILE` knows. */
export const formats = [
  'terminal',
  'json',
  'jsonl',
  'html',
  'markdown',
  'junit',
  'ctrf',
  'github',
  'classroom',
  'gradescope',
] as const;
export type Format = (typeof formats)[number];

/** Loads the one reporter that is wanted. */
export async function reporter(format: Format): Promise<Reporter> {
  switch (format) {
    case 'terminal': {
      const { terminal } = await import('./terminal.ts');
      return (results) => results.map((result) => terminal(result)).join('');
    }
    case 'json': {
      const { json } = await import('./json.ts');
      return (results) => json(results.length === 1 && results[0] !== undefined ? results[0] : results);
    }
    case 'jsonl':
      return (await import('./json-lines.ts')).jsonLines;
    case 'html':
      return (await import('./html/index.ts')).html;
    case 'junit':
      return (await import('./junit.ts')).junit;
    case 'ctrf':
      return (await import('./ctrf.ts')).ctrf;
    case 'markdown':
      return (await import('./markdown.ts')).markdown;
    case 'github':
      return (await import('./github.ts')).github;
    case 'classroom':
      return (await import('./classroom.ts')).classroom;
    case 'gradescope': {
      const { gradescope } = await import('./gradescope.ts');
      return (results) => gradescope(results);
    }
  }
}
