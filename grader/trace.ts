/**
 * How the reference proxy treated one request, in the student's words: their file names, lines, ports and paths.
 * docs/trace-format.md tells what each step has.
 */
export interface RequestTrace {
  readonly version: 1;
  readonly method: string;
  readonly target: string;
  readonly host?: string;
  readonly protocol: string;
  readonly secure: boolean;
  readonly status: number;
  readonly steps: readonly TraceStep[];
}

export interface TracePlace {
  readonly file: string;
  readonly line: number;
}

interface Step {
  readonly says: string;
  readonly directive?: string;
  readonly at?: TracePlace;
}

/** A server or a location that might have had the request. */
export interface TraceCandidate extends Required<Step> {
  readonly chosen: boolean;
  readonly depth?: number;
}

export interface TraceAttempt extends Omit<Step, 'says'> {
  readonly address: string;
  readonly status?: number;
}

export type TraceStep =
  | (Step & {
      readonly step: 'server' | 'location';
      readonly by?: string;
      readonly uri?: string;
      readonly candidates: readonly TraceCandidate[];
    })
  | (Step & {
      readonly step: 'upstream';
      readonly request?: readonly string[];
      readonly attempts: readonly TraceAttempt[];
    })
  | (Step & { readonly step: 'subrequest'; readonly steps: readonly TraceStep[] })
  | (Step & { readonly step: 'answer'; readonly status: number; readonly bytes: number })
  | (Step & { readonly step: 'phase'; readonly phase: string })
  | (Step & { readonly step: 'rewrite' | 'file' | 'redirect' | 'error page' | 'header' | 'log' });
