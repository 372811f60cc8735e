import path from 'node:path';
import type { Directive, Word } from '../../../proxy/config/index.ts';
import { inWorld, isDevice, outsidePath, readsAsWritten } from '../refusals.ts';
import type { Draft } from './draft.ts';

/** A path of the student's machine becomes one of the sandbox; one that leads out of the lab's world is refused. */
export function mapPath(draft: Draft, directive: Directive, word: Word): void {
  const { name } = directive;
  const { text } = word;
  if (/^(off|on|stderr|none|builtin|memory:|data:)/.test(text) && !text.includes('/')) return;
  if (/^(syslog|engine|memory):/.test(text)) {
    if (!text.startsWith('memory:')) draft.refuse(directive, `"${text}" leads out of the sandbox; write to a file`);
    return;
  }
  if (text.includes('$') && !draft.variables.keepsBelow(text)) {
    draft.refuse(directive, `"${name} ${text}": a path must stay below its folder, whatever its variables hold`);
    return;
  }
  if (text.startsWith('$')) {
    const first = /^\$\{?(\w+)/.exec(text)?.[1] ?? '';
    const values = draft.variables.values(first) ?? [];
    const known =
      /^(document_root|realpath_root)$/.test(first) ||
      (values.length > 0 && values.every((value) => value.startsWith('/') && inWorld(value)));
    if (!known) draft.refuse(directive, `"${name} ${text}": the path must begin with a folder of the lab's world`);
    return;
  }
  if (name === 'include' && !readsAsWritten(text)) {
    draft.refuse(directive, `"include ${text}": only names with * and ? can be included in a check`);
    return;
  }
  const isConfig = /^(include|auth_basic_user_file|.*ssl_.*|.*_file)$/.test(name);
  const base = isConfig ? '/etc/nginx' : '/usr/share/nginx';
  const place = path.posix.resolve(base, text) + (/.\/$/.test(text) ? '/' : '');
  const allowed = name === 'include' ? place.startsWith('/etc/nginx/') : inWorld(place);
  if (!allowed) {
    if (name === 'include') draft.refuse(directive, `"include ${text}": only files below /etc/nginx can be included`);
    else draft.refuse(directive, outsidePath(text));
    return;
  }
  if (!isDevice(place)) draft.replacePath(directive, word, place);
}
