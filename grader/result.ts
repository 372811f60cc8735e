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
  readonly context?: LinesInContext;
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
  /** Where exactly what came departs from what was due, when it was one place of one answer. */
  readonly difference?: Difference;
  /** Who talked to whom while this was checked; absent when nothing was asked. */
  readonly traffic?: Traffic;
  readonly hints: readonly string[];
  /** Shell lines that repeat the observation by hand (addresses as the student writes them). */
  readonly reproduce: readonly string[];
  /** URL of the manual page. */
  readonly manual: string;
  readonly exchanges: readonly ExchangeRecord[];
  /** What the applications received, where that is what failed it; shortened for reading. */
  readonly arrived?: readonly ArrivalRecord[];
  readonly durationMs: number;
}

export interface Blame {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** The lines around it. */
  readonly context?: LinesInContext;
}

/** Lines of a file as they are written, beginning at line `first`. */
export interface LinesInContext {
  readonly first: number;
  readonly lines: readonly string[];
}

/** A status line, a header or a body that isn't the one that was due. */
export interface Difference {
  readonly part: 'status' | 'header' | 'body';
  /** The header's name. */
  readonly name?: string;
  /** Bytes of the body that are as they should be, before the first that is not. */
  readonly at?: number;
  /** Absent: the header should not be there. */
  readonly expected?: string;
  /** Absent: the header is not there, or no answer came. */
  readonly received?: string;
}

/** Counts of one objective's check. */
export interface Traffic {
  /** Requests of the grader to the student's server. */
  readonly requests: number;
  /** How it answered, by status; 0 is no answer. */
  readonly answers: readonly { readonly status: number; readonly count: number }[];
  /** What arrived at the grader's own applications behind it; empty where that can't be seen. */
  readonly arrivals: readonly { readonly application: string; readonly address: string; readonly requests: number }[];
}

/** One request as an application behind the student's server received it. */
export interface ArrivalRecord {
  readonly application: string;
  readonly request: string;
}

/** What went over the wire once, shortened for reading. */
export interface ExchangeRecord {
  readonly request: string;
  readonly response: string;
}
