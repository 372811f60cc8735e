import type { Directive } from '../../config/directive.ts';

/** A line of the configuration. */
export interface TracePlace {
  readonly file: string;
  readonly line: number;
}

/** What a step is about. docs/trace-format.md tells what else each of them has. */
export type TraceKind =
  | 'server'
  | 'location'
  | 'rewrite'
  | 'phase'
  | 'file'
  | 'upstream'
  | 'subrequest'
  | 'redirect'
  | 'error page'
  | 'header'
  | 'log'
  | 'answer';

/** One thing that happened to a request, in the order of time. */
export interface TraceStep {
  readonly step: TraceKind;
  /** What happened, in a few words. */
  readonly says: string;
  /** The directive that made it happen, as it is written, and where. */
  readonly directive?: string;
  readonly at?: TracePlace;
  readonly [fact: string]: unknown;
}

/** A server or a location that might have had the request. */
export interface TraceCandidate {
  readonly directive: string;
  readonly at: TracePlace;
  readonly chosen: boolean;
  /** Why it is, or isn't, the one. */
  readonly says: string;
  /** How deep it lies in other locations. */
  readonly depth?: number;
}

/** How one request was treated. */
export interface RequestTrace {
  readonly version: 1;
  readonly method: string;
  readonly target: string;
  /** The Host header; absent when there is none. */
  readonly host?: string;
  readonly protocol: string;
  readonly secure: boolean;
  readonly status: number;
  readonly steps: readonly TraceStep[];
}

/** Directives by their names: the innermost block that has some of them, and there the first that fits. */
export interface Named {
  readonly names: readonly string[];
  fits?(directive: Directive): boolean;
}

/** Who listens to what becomes of a request. Modules tell what only they know; the rest is seen from outside. */
export interface Trace {
  tell(step: TraceStep, because?: Directive | Named): void;
}
