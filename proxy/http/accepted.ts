import type { Context, Directive } from '../config/directive.ts';
import { flag } from '../config/index.ts';
import type { Build, DirectiveSpec, Level } from './module.ts';

/** A directive that tunes what we have nothing to tune for (memory, sockets, threads): read, checked, and without effect. */
export function accepted(
  level: Level,
  name: string,
  contexts: readonly Context[],
  check: (directive: Directive, build: Build) => unknown,
  count: DirectiveSpec['arguments'] = 1,
): DirectiveSpec {
  const set: DirectiveSpec['set'] = (_, directive, build) => void check(directive, build);
  return { name, contexts, level, arguments: check === flag ? 'flag' : count, set };
}
