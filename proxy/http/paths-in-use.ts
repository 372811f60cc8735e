import type { Directive } from '../config/directive.ts';
import { failure } from '../config/index.ts';

interface PathInUse {
  readonly levels: readonly number[];
  readonly kind: 'temporary' | 'cache';
  readonly directive: Directive;
}

/** The folders that a configuration writes to, by their names. */
export type PathsInUse = Map<string, PathInUse>;

/** Notes that a directive uses a folder; throws when another one does otherwise: a cache is alone. Source: ngx_add_path. */
export function usePath(
  paths: PathsInUse,
  name: string,
  levels: readonly number[],
  directive: Directive,
  kind: PathInUse['kind'],
): void {
  const other = paths.get(name);
  if (other === undefined) {
    paths.set(name, { levels, kind, directive });
    return;
  }
  const where = `${other.directive.file}:${other.directive.terminatorLine}`;
  if (kind === 'cache' || other.kind === 'cache') {
    throw failure(directive, `the same path name "${name}" used in ${where} and`);
  }
  if (levels.join() !== other.levels.join()) {
    throw failure(directive, `the same path name "${name}" in ${where} has the different levels than`);
  }
}
