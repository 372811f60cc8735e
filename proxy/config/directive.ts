import type { ConfigError } from './errors.ts';

/** One word of a configuration file: what it says, and where it stands (offsets in UTF-16 units of the file's text). */
export interface Word {
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** One directive as read: its name, its words without the name, and, when it has one, its block. */
export interface Directive {
  readonly name: string;
  readonly words: readonly Word[];
  readonly block?: readonly Directive[];
  readonly file: string;
  /** The line of its name. */
  readonly line: number;
  /** The line of the `;` or `{` that ends its words: the one nginx names in errors. */
  readonly terminatorLine: number;
  /** How its words end; `undefined` where the text is not well formed. */
  readonly terminator: ';' | '{' | undefined;
  /** The line of the `}` of its block. */
  readonly blockEndLine?: number;
  readonly start: number;
  readonly end: number;
  /** For `include`: the directives of the files it names, in order. Read them in its place. */
  readonly included?: readonly Directive[];
  /** The place where reading stopped: the last element of a block (or file) whose text is not well formed. Its name is empty. */
  readonly error?: ConfigError;
}

/** Where a directive may stand, in nginx's terms. */
export type Context =
  | 'main'
  | 'events'
  | 'http'
  | 'server'
  | 'location'
  | 'upstream'
  | 'if in server'
  | 'if in location'
  | 'limit_except'
  | 'types';
