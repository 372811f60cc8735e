import type { Directive } from '../../proxy/config/index.ts';
import { directivesOf, safeTest, words } from './configuration-model.ts';

/** A `location`, read. */
export interface LocationBlock {
  readonly directive: Directive;
  readonly modifier: '=' | '^~' | '~' | '~*' | '@' | '';
  readonly pattern: string;
}

/** `location = /x`, `location =/x`, `location @name`, `location ~ \.jpg$` ... */
export function readLocation(directive: Directive): LocationBlock {
  const [first = '', second] = words(directive);
  if (second !== undefined && ['=', '^~', '~', '~*'].includes(first))
    return { directive, modifier: first as LocationBlock['modifier'], pattern: second };
  const glued = /^(=|\^~|~\*|~|@)(.*)$/s.exec(first);
  if (glued !== null) return { directive, modifier: glued[1] as LocationBlock['modifier'], pattern: glued[2] ?? '' };
  return { directive, modifier: '', pattern: first };
}

/** The locations directly inside a block. */
export function locations(block: Directive): readonly LocationBlock[] {
  return directivesOf(block.block)
    .filter(({ name }) => name === 'location')
    .map(readLocation);
}

/**
 * The location that nginx chooses for a path: an exact one; else the longest prefix, which wins at once with `^~`; else
 * the first regular expression that matches; else that prefix. Locations inside the prefix are asked in the same way.
 * Source: nginx.org/en/docs/http/ngx_http_core_module.html#location. Undefined: the server block itself answers.
 */
export function chooseLocation(block: Directive, path: string): LocationBlock | undefined {
  const all = locations(block);
  const exact = all.find(({ modifier, pattern }) => modifier === '=' && pattern === path);
  if (exact !== undefined) return exact;
  const prefix = all
    .filter(({ modifier, pattern }) => (modifier === '' || modifier === '^~') && path.startsWith(pattern))
    .sort((a, b) => b.pattern.length - a.pattern.length)[0];
  const inner = prefix === undefined ? undefined : chooseLocation(prefix.directive, path);
  if (inner !== undefined && inner.modifier !== '' && inner.modifier !== '^~') return inner;
  if (prefix?.modifier !== '^~') {
    const regex = all.find(
      ({ modifier, pattern }) => (modifier === '~' || modifier === '~*') && safeTest(pattern, path, modifier === '~*'),
    );
    if (regex !== undefined) return chooseLocation(regex.directive, path) ?? regex;
  }
  return inner ?? prefix;
}

/** `location ^~ /poster/`, as one writes it. */
export function written({ modifier, pattern }: LocationBlock): string {
  return `location ${modifier}${modifier === '' || modifier === '@' ? '' : ' '}${pattern}`;
}

/** The value of a directive that a block inherits from the blocks around it: innermost first. */
export function inherited(blocks: readonly (Directive | undefined)[], name: string): Directive | undefined {
  for (const block of blocks) {
    const found = directivesOf(block?.block).find((one) => one.name === name);
    if (found !== undefined) return found;
  }
  return undefined;
}
