import type { Context, Directive } from '../config/directive.ts';
import { flag } from '../config/index.ts';
import type { Build, DirectiveSpec, Level } from './module.ts';

/** A directive that tunes what we have nothing to tune for (memory, sockets, threads): read, checked, and without effect. It may stand once. */
export function accepted(
  level: Level,
  name: string,
  contexts: readonly Context[],
  check: (directive: Directive, build: Build) => unknown,
  count: DirectiveSpec['arguments'] = 1,
): DirectiveSpec {
  return {
    name,
    contexts,
    level,
    arguments: check === flag ? 'flag' : count,
    set(state: { accepted?: Set<string> }, directive, build) {
      state.accepted ??= new Set();
      if (state.accepted.has(name)) build.fail(`"${name}" directive is duplicate`);
      state.accepted.add(name);
      check(directive, build);
    },
  };
}
