import type { Directive } from '../../proxy/config/directive.ts';
import type { Client, World } from '../lab.ts';
import type { StartupMessage, TargetFacts } from '../result.ts';
import type { RequestTrace } from '../trace.ts';

/** What is to be graded. `path` of a configuration is a file (a whole nginx.conf, or a conf.d file) or a tree like /etc/nginx. */
export type TargetSpec =
  | { readonly kind: 'configuration'; readonly path: string; readonly engine: 'reference' | 'nginx' }
  | { readonly kind: 'program'; readonly file: string }
  /** For a shell, in `folder` (the current one by default). */
  | { readonly kind: 'command'; readonly command: string; readonly folder?: string }
  /** With `addresses` its name is not looked up (again): these are asked, and no others. */
  | { readonly kind: 'live'; readonly url: string; readonly addresses?: readonly string[] };

/** A student's configuration as written: their file names, lines and addresses. */
export interface StudentConfiguration {
  /** The main context, every `include` replaced by what it brought in. `file` is the name the student knows it by. */
  readonly directives: readonly Directive[];
  readonly files: readonly { readonly name: string; readonly text: string }[];
}

/** A target that is up, or that didn't start (`startup.ok` false; then probing it is pointless, but `close` is still due). */
export interface OpenTarget {
  readonly facts: TargetFacts;
  readonly startup: { readonly ok: boolean; readonly messages: readonly StartupMessage[] };
  readonly client: Client;
  /** Whether `client` speaks HTTPS where a request doesn't say, because the site is there. */
  readonly secure?: boolean;
  /** One that goes on working after the check has been interrupted, to put things back that outlive it. */
  readonly lasting?: Client;
  readonly world: World;
  readonly configuration?: StudentConfiguration;
  /** Where things really listen (`host:port`), for trying by hand; a live target has none of ours. */
  readonly real?: {
    readonly http: string;
    readonly https: string;
    readonly applications: readonly { readonly name: string; readonly scheme: string; readonly address: string }[];
    /** The folder that stands for /var/log/nginx. */
    readonly logs: string;
  };
  /** Lines of the student's error log (or the program's stderr) so far, in the student's addresses and paths. */
  errorLog(): Promise<string[]>;
  /** How the reference proxy treated the requests so far, oldest first; undefined where nobody wrote it down. */
  traces?(): Promise<readonly RequestTrace[]>;
  /**
   * How the student's server ended by itself, with its last words; undefined while it runs. One that is about to end is
   * given `patience` ms. A live target can't tell.
   */
  ended?(patience: number): Promise<string | undefined>;
  /** Stops everything that was started and removes the sandbox. May be called twice. */
  close(): Promise<void>;
}
