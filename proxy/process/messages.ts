import type { Snapshot } from '../config/index.ts';
import type { SavedZones } from './zone-messages.ts';

/** What the master tells a new worker. The text of the configuration travels with it: a worker serves what its master has read, not what the files have become. */
export interface Serve {
  readonly file: string;
  readonly prefix: string;
  readonly globalDirectives?: string;
  readonly errorLog?: string;
  readonly traceFile?: string;
  readonly snapshot: Snapshot;
  /** The listening sockets, which the worker has as open files. */
  readonly sockets: readonly (readonly [text: string, fd: number])[];
  /** Open files that it has and has no use for. */
  readonly strays: readonly number[];
  /** What the shared zones hold, when they are to be this worker's own. */
  readonly zones: SavedZones | undefined;
}

/** What a worker answers, once: every socket listens, or why not. */
export type Started = { readonly started: true } | { readonly started: false; readonly errors: readonly string[] };
