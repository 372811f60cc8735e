import type { Response } from '../lab.ts';
import type { ObjectiveResult } from '../result.ts';
import type { Seen } from '../seen.ts';
import type { StudentConfiguration } from '../target/target.ts';
import type { RequestTrace } from '../trace.ts';

/** A failed objective with all that may explain it: what went over the wire, and what the configuration says. */
export interface Case {
  readonly objective: Pick<ObjectiveResult, 'id' | 'expected' | 'received'>;
  readonly responses: readonly Response[];
  readonly seen: readonly Seen[];
  readonly configuration: StudentConfiguration;
  readonly errorLog: readonly string[];
  /** How the reference proxy treated the requests, where it was asked to tell; other servers tell nothing. */
  readonly traces?: readonly RequestTrace[];
}

/** What explains a failure: a sentence, and the line to look at. */
export type Finding = Pick<ObjectiveResult, 'because' | 'blame'>;

/** Looks for one mistake. It is sure, or it is silent: a wrong explanation costs a student more than none. */
export interface Rule {
  readonly name: string;
  /** Objectives it can explain, by id without `labN.`, e.g. `3.even-distribution`. */
  readonly explains: readonly string[];
  find(failure: Case): Finding | undefined;
}
