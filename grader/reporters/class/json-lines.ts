import type { GradedAttempt, GradedClass } from '../../batch/graded.ts';
import { type ClassReport, oneFile } from './report.ts';

/** JSON Lines: every attempt, one a line. */
export function jsonLines({ attempts }: GradedClass): ClassReport {
  return oneFile(attempts.map(jsonLine).join(''));
}

/** The line of one attempt, for writing each as it is ready. */
export function jsonLine(attempt: GradedAttempt): string {
  return `${JSON.stringify(attempt)}\n`;
}
