import path from 'node:path';
import { type ConfigError, type Directive, isPattern, parseText } from '../../proxy/config/index.ts';
import type { TreeFile } from './submission.ts';

/** The configuration as nginx will read it, from the files of a submission rather than from disk. */
export interface IncludeTree {
  /** The main context; an `include` is followed by what it brought in. `file` is the place below /etc/nginx. */
  readonly directives: readonly Directive[];
  /** Places of the files that were read. */
  readonly read: ReadonlySet<string>;
  readonly error: ConfigError | undefined;
  /** A file that includes itself, directly or not, and the file in which the circle closes; nginx would crash. */
  readonly loop: { readonly place: string; readonly by: string } | undefined;
  /** The file at which reading ended because of a limit; what a server would go on to read nobody has looked at. */
  readonly cut: string | undefined;
}

const deepest = 30;
const mostReads = 5000;

/** Reads /etc/nginx/nginx.conf and what it includes. Never throws: a missing file is left for the server to complain about. */
export function readIncludeTree(files: ReadonlyMap<string, TreeFile>): IncludeTree {
  const parsed = new Map<string, readonly Directive[]>();
  const read = new Set<string>();
  let error: ConfigError | undefined;
  let reads = 0;
  let loop: IncludeTree['loop'];
  let cut: string | undefined;

  const load = (place: string, reading: readonly string[]): readonly Directive[] => {
    const file = files.get(place);
    if (reading.includes(place)) loop ??= { place, by: reading.at(-1)! };
    if (file === undefined || reading.includes(place)) return [];
    if (reading.length > deepest || ++reads > mostReads) {
      cut ??= place;
      return [];
    }
    read.add(place);
    let directives = parsed.get(place);
    if (directives === undefined) {
      const result = parseText(file.text, place, { includes: false });
      error ??= result.error;
      directives = result.directives;
      parsed.set(place, directives);
    }
    return expand(directives, [...reading, place]);
  };
  const expand = (directives: readonly Directive[], reading: readonly string[]): readonly Directive[] =>
    directives.flatMap((directive) => {
      if (directive.block !== undefined) return [{ ...directive, block: expand(directive.block, reading) }];
      const name = directive.name === 'include' ? directive.words[0]?.text : undefined;
      if (name === undefined) return [directive];
      return [directive, ...includedPlaces(name, files).flatMap((place) => load(place, reading))];
    });

  const directives = load('/etc/nginx/nginx.conf', []);
  return { directives, read, error, loop, cut };
}

/** Files that an `include` brings in, in nginx's order; a relative name lies beside nginx.conf. */
export function includedPlaces(name: string, files: ReadonlyMap<string, TreeFile>): readonly string[] {
  const place = path.posix.resolve('/etc/nginx', name);
  if (!isPattern(place)) return [place];
  const source = place
    .replace(/[\\^$.+(){}|]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('[!', '[^');
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^${source}$`);
  } catch {
    return [];
  }
  const hidden = path.posix.basename(place).startsWith('.');
  return [...files.keys()]
    .filter((file) => pattern.test(file) && (hidden || !path.posix.basename(file).startsWith('.')))
    .sort();
}
