import type { ClassReporter } from './report.ts';

export { type ClassReport, type ClassReportOptions, type MoodleUser, moodleUsers, ReportRefused } from './report.ts';

/** What `grade --report FORMAT=PLACE` knows. `html` and `feedback` are folders (or a .zip), the others files. */
export const classFormats = ['html', 'feedback', 'csv', 'canvas', 'moodle', 'jsonl'] as const;
export type ClassFormat = (typeof classFormats)[number];

/** Loads the one reporter that is wanted. */
export async function classReporter(format: ClassFormat): Promise<ClassReporter> {
  switch (format) {
    case 'html':
      return (await import('../html/class.ts')).classPages;
    case 'feedback':
      return (await import('./feedback.ts')).feedback;
    case 'csv':
      return (await import('./people.ts')).people;
    case 'canvas':
      return (await import('./canvas.ts')).canvas;
    case 'moodle':
      return (await import('./moodle.ts')).moodle;
    case 'jsonl':
      return (await import('./json-lines.ts')).jsonLines;
  }
}
