import type { Context, Directive } from '../config/directive.ts';
import { flag, severalOf } from '../config/index.ts';
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

/**
 * A directive that chooses some of several words, and more of them each time it stands: nginx's
 * `ngx_conf_set_bitmask_slot`. `key` keeps what `made` makes of all that was chosen.
 */
export function choice<State>(
  level: Level,
  contexts: readonly Context[],
  name: string,
  key: keyof State & string,
  choices: readonly string[],
  made: (chosen: ReadonlySet<string>) => unknown = (chosen) => chosen,
  count: DirectiveSpec['arguments'] = [1, Number.POSITIVE_INFINITY],
): DirectiveSpec {
  return {
    name,
    contexts,
    level,
    arguments: count,
    set(state: Record<string, unknown> & { chosen?: Map<string, ReadonlySet<string>> }, directive, build) {
      state.chosen ??= new Map();
      const chosen = severalOf(directive, choices, (warning) => build.warn(warning), state.chosen.get(name));
      state.chosen.set(name, chosen);
      (state as Record<string, unknown>)[key] = made(chosen);
    },
  };
}

/** A directive of an inner state as one of the state that has it under `key`. */
export function within<Key extends string>(key: Key, one: DirectiveSpec): DirectiveSpec {
  return { ...one, set: (state: Record<Key, unknown>, directive, build) => one.set(state[key], directive, build) };
}

/** Takes what `child` left unset from `parent`, and from `defaults` what both did: nginx's `ngx_conf_merge_*_value`. */
export function inherit<State extends object>(parent: State, child: State, defaults: Partial<State> = {}): void {
  const keys = new Set([...Object.keys(parent), ...Object.keys(child), ...Object.keys(defaults)]) as Set<keyof State>;
  for (const key of keys) child[key] ??= (parent[key] ?? defaults[key]) as State[keyof State];
}
