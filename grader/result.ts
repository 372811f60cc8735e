/** The result of one check of one lab: plain data, version 1 (docs/result-format.md). Every report is a pure function of it. */
export interface LabResult {
  readonly version: 1;
  /** The lab's folder, e.g. `lab3-upstream`. */
  readonly lab: string;
  /** The lab's title, for people. */
  readonly title?: string;
  readonly target: TargetFacts;
  readonly outcome: 'passed' | 'failed' | 'error';
  readonly score: Score;
  readonly seed: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  readonly startup: { readonly ok: boolean; readonly messages: readonly StartupMessage[] };
  readonly objectives: readonly ObjectiveResult[];
}

export interface TargetFacts {
  readonly kind: 'configuration' | 'program' | 'command' | 'live' | 'solution';
  readonly engine?: 'reference' | 'nginx';
  readonly location: string;
}

export interface Score {
  readonly earned: number;
  readonly possible: number;
  readonly stretchEarned: number;
  readonly stretchPossible: number;
}

export interface StartupMessage {
  readonly file?: string;
  readonly line?: number;
  readonly severity: 'emerg' | 'alert' | 'crit' | 'error' | 'warn' | 'refused';
  readonly text: string;
  /** The line as it is written, when it is known. */
  readonly source?: string;
  /** What most likely is wrong, beyond the server's own words. */
  readonly advice?: string;
}

export type Outcome = 'passed' | 'failed' | 'skipped' | 'error';

export interface ObjectiveResult {
  readonly id: string;
  readonly title: string;
  readonly kind: 'core' | 'stretch';
  readonly outcome: Outcome;
  readonly points: { readonly earned: number; readonly possible: number };
  readonly expected?: string;
  readonly received?: string;
  readonly why?: string;
  /** What the configuration says that explains it; or the reason of a skip. */
  readonly because?: string;
  readonly blame?: Blame;
  readonly hints: readonly string[];
  /** Shell lines that repeat the observation by hand (addresses as the student writes them). */
  readonly reproduce: readonly string[];
  /** URL of the manual page. */
  readonly manual: string;
  readonly exchanges: readonly ExchangeRecord[];
  readonly durationMs: number;
}

export interface Blame {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What went over the wire once, shortened for reading. */
export interface ExchangeRecord {
  readonly request: string;
  readonly response: string;
}
