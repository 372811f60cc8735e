import type { Context, Directive } from '../config/directive.ts';
import { flag, size } from '../config/index.ts';
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

/** A directive for systems that can wait for a socket's buffer to be so empty. Source: ngx_http_core_lowat_check, ngx_http_proxy_lowat_check. */
export function sendLowat(name: string): DirectiveSpec {
  return accepted('location', name, ['http', 'server', 'location'], (directive, build) => {
    size(directive);
    build.warn(`"${name}" is not supported, ignored`);
  });
}
