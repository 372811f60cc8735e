import { lstatSync, statSync } from 'node:fs';
import type { Directive } from '../config/directive.ts';
import { systemPath } from '../config/index.ts';
import type { Exchange } from './exchange.ts';
import type { Build, ComplexValue } from './module.ts';

/** `disable_symlinks`. */
export interface SymlinkRule {
  readonly kind: 'off' | 'on' | 'if_not_owner';
  /** The beginning of the path that isn't looked at. */
  readonly from: ComplexValue | undefined;
}

/** `disable_symlinks off | on|if_not_owner [from=part]`. Source: ngx_http_disable_symlinks. */
export function readSymlinkRule(directive: Directive, build: Build): SymlinkRule {
  let kind: SymlinkRule['kind'] | undefined;
  let from: ComplexValue | undefined;
  for (const { text } of directive.words) {
    if (text === 'off' || text === 'on' || text === 'if_not_owner') kind = text;
    else if (text.startsWith('from=') && text !== 'from=') from = build.value(text.slice(5));
    else build.fail(`invalid parameter "${text}"`);
  }
  if (kind === undefined) build.fail(`"${directive.name}" must have "off", "on" or "if_not_owner" parameter`);
  if (kind === 'off' && directive.words.length > 1) build.fail(`"off" parameter cannot be used with "from" parameter`);
  return { kind: kind!, from };
}

/** Whether a path goes through a symbolic link that `disable_symlinks` forbids here. */
export function isForbiddenLink(exchange: Exchange, path: string): boolean {
  const rule = exchange.core.disableSymlinks;
  if (rule === undefined || rule.kind === 'off') return false;
  const from = rule.from?.(exchange) ?? '';
  let at = from !== '' && path.startsWith(from) ? from.replace(/\/$/, '').length : 0;
  for (;;) {
    const slash = path.indexOf('/', at + 1);
    const part = slash < 0 ? path : path.slice(0, slash);
    const link = lstatSync(systemPath(part), { throwIfNoEntry: false });
    if (link === undefined) return false;
    if (link.isSymbolicLink()) {
      if (rule.kind === 'on') return true;
      if (statSync(systemPath(part), { throwIfNoEntry: false })?.uid !== link.uid) return true;
    }
    if (slash < 0) return false;
    at = slash;
  }
}
