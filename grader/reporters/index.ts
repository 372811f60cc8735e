import type { LabResult } from '../result.ts';

/** A report of one or several results: a pure function. */
export type Reporter = (results: readonly LabResult[]) => string;

/** What `--report FORMAT=FILE` knows. */
export const formats = ['terminal', 'json', 'html', 'junit', 'markdown', 'github'] as const;
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
    case 'html':
      return (await import('./html.ts')).html;
    case 'junit':
      return (await import('./junit.ts')).junit;
    case 'markdown':
      return (await import('./markdown.ts')).markdown;
    case 'github':
      return (await import('./github.ts')).github;
  }
}
