import type { Context, Directive } from '../config/directive.ts';
import { flag } from '../config/index.ts';
import type { Build, DirectiveSpec, Level } from './module.ts';

/** A directive that gives one value once: nginx's `ngx_conf_set_*_slot`. `key` is where its configuration keeps it. */
export function slot<State>(
  level: Level,
  contexts: readonly Context[],
  name: string,
  key: keyof State & string,
  read: (directive: Directive, build: Build) => unknown,
  count: DirectiveSpec['arguments'] = 1,
): DirectiveSpec {
  return {
    name,
    contexts,
    level,
    arguments: read === flag ? 'flag' : count,
    set(state: Record<string, unknown>, directive, build) {
      if (state[key] !== undefined) build.fail(`"${name}" directive is duplicate`);
      state[key] = read(directive, build);
    },
  };
}

/** Takes what `child` left unset from `parent`, and from `defaults` what both did: nginx's `ngx_conf_merge_*_value`. */
export function inherit<State extends object>(parent: State, child: State, defaults: Partial<State> = {}): void {
  const keys = new Set([...Object.keys(parent), ...Object.keys(child), ...Object.keys(defaults)]) as Set<keyof State>;
  for (const key of keys) child[key] ??= (parent[key] ?? defaults[key]) as State[keyof State];
}
