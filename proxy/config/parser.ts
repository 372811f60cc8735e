import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Directive } from './directive.ts';
import { ConfigError } from './errors.ts';
import { isPattern, matchingFiles } from './include.ts';
import { Lexer } from './lexer.ts';
import { failedCall, fullName, systemPath } from './paths.ts';

/** A configuration as it was on disk: the text of every file, and what the patterns of its includes found. */
export interface Snapshot {
  readonly files: ReadonlyMap<string, string>;
  readonly matches: ReadonlyMap<string, readonly string[]>;
}

/** What was read: the tree, and where it came from. */
export interface Parsed extends Snapshot {
  readonly directives: readonly Directive[];
  /** The first place that is not well formed; it also stands in the tree, where nginx would come upon it. */
  readonly error: ConfigError | undefined;
}

export interface ParseOptions {
  /** Relative names of `include` lie in this folder; that of the main file when not given. */
  readonly folder?: string;
  /** `utf8` (the default) for reading by people; `latin1` keeps every byte as it is, as the proxy wants it. */
  readonly encoding?: 'utf8' | 'latin1';
  /** False leaves `include` directives unread. True by default. */
  readonly includes?: boolean;
  /** Reads what an earlier parse has read, whatever has become of the files. */
  readonly snapshot?: Snapshot;
}

/** More words than this are no configuration: a bound on memory for files that come from strangers. */
const mostWords = 400_000;
const deepestNesting = 200;
const mostFiles = 10_000;
const mostUnits = 64 * 1024 * 1024;

/** Reads a configuration file and what it includes. Never throws: what is wrong stands in the tree where nginx would come upon it. */
export function parseFile(file: string, options: ParseOptions = {}): Parsed {
  const parser = new Parser(options.folder ?? path.dirname(file), options);
  let directives: readonly Directive[];
  try {
    directives = parser.file(file);
  } catch (error) {
    parser.error = new ConfigError(unreadable(file, error));
    directives = [errorDirective(parser.error, file, 0, 0)];
  }
  return { directives, files: parser.files, matches: parser.matches, error: parser.error };
}

/** As `parseFile`, for a text at hand; `file` is the name that errors show. */
export function parseText(text: string, file: string, options: ParseOptions = {}): Parsed {
  const parser = new Parser(options.folder ?? path.dirname(file), options);
  parser.files.set(file, text);
  const directives = parser.text(text, file);
  return { directives, files: parser.files, matches: parser.matches, error: parser.error };
}

class Parser {
  readonly files = new Map<string, string>();
  readonly matches = new Map<string, readonly string[]>();
  error: ConfigError | undefined;
  readonly #folder: string;
  readonly #encoding: 'utf8' | 'latin1';
  readonly #includes: boolean;
  readonly #snapshot: Snapshot | undefined;
  readonly #reading: string[] = [];
  #words = 0;
  #read = 0;
  #units = 0;

  constructor(folder: string, options: ParseOptions) {
    this.#folder = folder;
    this.#encoding = options.encoding ?? 'utf8';
    this.#includes = options.includes ?? true;
    this.#snapshot = options.snapshot;
  }

  /** Throws the system's error when the file can't be read. */
  file(file: string): readonly Directive[] {
    const text = this.#snapshot?.files.get(file) ?? readFileSync(systemPath(file), this.#encoding);
    this.files.set(file, text);
    this.#read++;
    this.#units += text.length;
    this.#reading.push(file);
    const directives = this.text(text, file);
    this.#reading.pop();
    return directives;
  }

  text(text: string, file: string): readonly Directive[] {
    const lexer = new Lexer(text);
    const top: Directive[] = [];
    const outer: Directive[][] = [];
    let list = top;
    const stop = (reason: string, line = lexer.line): readonly Directive[] => {
      this.error = new ConfigError(reason, file, line);
      list.push(errorDirective(this.error, file, lexer.start, lexer.end));
      return top;
    };
    for (;;) {
      const ending = lexer.next();
      if (ending === 'error') {
        // The words that were read before are kept for whoever wants to say what the line was meant to be.
        return stop(lexer.reason);
      }
      if (ending === 'end') return outer.length === 0 ? top : stop('unexpected end of file, expecting "}"');
      if (ending === '}') {
        const parent = outer.pop();
        if (parent === undefined) return stop('unexpected "}"');
        list = parent;
        closeBlock(list, lexer.end, lexer.line);
        continue;
      }
      this.#words += lexer.words.length;
      if (this.#words > mostWords) return stop(`the configuration has more than ${mostWords} words`);
      const directive = read(lexer, file, ending);
      list.push(directive);
      if (ending === '{') {
        if (outer.length >= deepestNesting) return stop(`blocks are nested deeper than ${deepestNesting}`);
        outer.push(list);
        list = directive.block as Directive[];
      } else if (this.#includes && directive.name === 'include' && directive.words.length === 1) {
        (directive as { included?: readonly Directive[] }).included = this.#include(directive);
        if (this.error !== undefined) return top;
      }
    }
  }

  #include(directive: Directive): readonly Directive[] {
    const name = fullName(directive.words[0]!.text, this.#folder);
    const all: Directive[] = [];
    for (const file of isPattern(name) ? this.#matching(name) : [name]) {
      const reason = this.#refusal(file);
      if (reason !== undefined) return [...all, this.#failInclude(directive, reason)];
      try {
        all.push(...this.file(file));
      } catch (error) {
        return [...all, this.#failInclude(directive, unreadable(file, error))];
      }
      if (this.error !== undefined) return all;
    }
    return all;
  }

  #matching(pattern: string): readonly string[] {
    const found = this.#snapshot?.matches.get(pattern) ?? matchingFiles(pattern);
    this.matches.set(pattern, found);
    return found;
  }

  #refusal(file: string): string | undefined {
    if (this.#reading.includes(file)) return `"${file}" includes itself`;
    if (this.#read >= mostFiles) return `more than ${mostFiles} files are included`;
    if (this.#units > mostUnits) return `the configuration has more than ${mostUnits} bytes`;
    return undefined;
  }

  #failInclude(directive: Directive, reason: string): Directive {
    this.error = new ConfigError(reason, directive.file, directive.terminatorLine);
    return errorDirective(this.error, directive.file, directive.start, directive.end);
  }
}

/** nginx opens a folder without complaint, and fails to read it. */
function unreadable(file: string, error: unknown): string {
  return failedCall((error as NodeJS.ErrnoException).code === 'EISDIR' ? 'pread' : 'open', file, error);
}

function read(lexer: Lexer, file: string, ending: ';' | '{'): Directive {
  const [name, ...words] = lexer.words;
  const directive = {
    name: name!.text,
    words,
    file,
    line: name!.line,
    terminatorLine: lexer.line,
    terminator: ending,
    start: lexer.start,
    end: lexer.end,
  };
  return ending === '{' ? { ...directive, block: [] } : directive;
}

function closeBlock(list: readonly Directive[], end: number, line: number): void {
  Object.assign(list[list.length - 1]!, { end, blockEndLine: line });
}

function errorDirective(error: ConfigError, file: string, start: number, end: number): Directive {
  const line = error.line ?? 0;
  return { name: '', words: [], file, line, terminatorLine: line, terminator: undefined, start, end, error };
}
