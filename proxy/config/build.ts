import type { Context, Directive } from './directive.ts';
import { ConfigError } from './errors.ts';
import { nearestName } from './suggestion.ts';

/** What is known about a directive: where it may stand and how many words it takes. */
export interface Rule {
  readonly name: string;
  readonly contexts: readonly Context[];
  readonly arguments: number | readonly [least: number, most: number] | 'flag';
  readonly block?: boolean;
}

/**
 * Walks over the directives of a block in the order in which nginx reads them, files that are included in their
 * place. Throws where the text is not well formed.
 */
export function* linesOf(directives: readonly Directive[]): Iterable<Directive> {
  for (const directive of directives) {
    if (directive.error !== undefined) throw directive.error;
    if (directive.included !== undefined) yield* linesOf(directive.included);
    else yield directive;
  }
}

/** The rule a directive obeys in this context. Throws nginx's errors, in the order in which `ngx_conf_handler` looks for them. */
export function ruleFor<R extends Rule>(
  directive: Directive,
  context: Context,
  rules: ReadonlyMap<string, readonly R[]>,
): R {
  const { name } = directive;
  const named = rules.get(name);
  if (named === undefined)
    throw failure(directive, `unknown directive "${upToNul(name)}"`, nearestName(name, rules.keys()));
  const rule = named.find((candidate) => candidate.contexts.includes(context));
  if (rule === undefined) throw failure(directive, `"${name}" directive is not allowed here`);
  if (rule.block !== true && directive.block !== undefined) {
    throw failure(directive, `directive "${name}" is not terminated by ";"`);
  }
  if (rule.block === true && directive.block === undefined) {
    throw failure(directive, `directive "${name}" has no opening "{"`);
  }
  if (!takes(rule, directive.words.length)) {
    throw failure(directive, `invalid number of arguments in "${name}" directive`);
  }
  if (rule.arguments === 'flag') checkFlag(directive);
  return rule;
}

/** An error at a directive, on the line nginx would name. */
export function failure(directive: Directive, reason: string, suggestion?: string): ConfigError {
  return new ConfigError(reason, directive.file, directive.terminatorLine, suggestion);
}

function takes(rule: Rule, count: number): boolean {
  if (rule.arguments === 'flag') return count === 1;
  if (typeof rule.arguments === 'number') return count === rule.arguments;
  return count >= rule.arguments[0] && count <= rule.arguments[1];
}

function checkFlag(directive: Directive): void {
  const { text } = directive.words[0]!;
  if (/^(on|off)$/i.test(text)) return;
  throw failure(directive, `invalid value "${text}" in "${directive.name}" directive, it must be "on" or "off"`);
}

/** nginx's messages end at a NUL, being C strings. */
function upToNul(text: string): string {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}
