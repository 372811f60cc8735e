import type { SubmissionProblem } from '../graded.ts';
import type { Owner } from './owner.ts';

/** What a submission turned out to be. */
export type Content =
  | { readonly kind: 'configuration' | 'tree'; readonly path: string }
  | { readonly kind: 'program'; readonly path: string }
  | { readonly kind: 'live'; readonly url: string }
  | { readonly kind: 'unknown'; readonly problem: SubmissionProblem; readonly path?: string };

/** One thing that somebody handed in. */
export interface Found {
  readonly owner: Owner;
  /** The lab's folder, when a name said it. */
  readonly lab?: string;
  /** The number of the attempt, when a name said it. */
  readonly attempt?: number;
  /** ISO 8601. */
  readonly submittedAt?: string;
  /** The system marked it as late. */
  readonly markedLate?: boolean;
  /** The path inside what was given to grade, `/` between parts; inside an archive after `!/`. */
  readonly source: string;
  readonly content: Content;
}

/** A submission that can't be graded, with the reason. */
export const unknown = (kind: SubmissionProblem['kind'], reason: string, path?: string): Content => ({
  kind: 'unknown',
  problem: { kind, reason },
  ...(path !== undefined && { path }),
});
