import type { Captured } from './configuration.ts';
import { RegexError, translate } from './pcre.ts';

/** A PCRE pattern translated for JavaScript. */
export interface Regex {
  /** As written. */
  readonly pattern: string;
  readonly expression: RegExp;
  /** Names of the named groups. */
  readonly names: readonly string[];
  /** How many groups it captures. */
  readonly groups: number;
}

/** Translates a pattern that nginx would give to PCRE. Throws a RegexError in nginx's words. */
export function compileRegex(pattern: string, caseless: boolean): Regex {
  const { source, flags } = translate(pattern);
  let expression: RegExp;
  try {
    expression = new RegExp(source, caseless || flags.includes('i') ? 'i' : '');
  } catch (error) {
    throw new RegexError(pattern, reasonOf(error as Error));
  }
  const names = [...source.matchAll(/(?<!\\)\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1]!);
  return { pattern, expression, names, groups: new RegExp(`${source}|`).exec('')!.length - 1 };
}

/** Matches, and leaves numbered and named captures in `captured`. A failed match leaves them as they were. */
export function matchRegex(regex: Regex, subject: string, captured: Captured | undefined): boolean {
  if (captured === undefined) return regex.expression.test(subject);
  const match = regex.expression.exec(subject);
  if (match === null) return false;
  captured.captures = match;
  for (const name of regex.names) captured.variables.set(name, match.groups?.[name] ?? '');
  return true;
}

const reasons: readonly (readonly [RegExp, string])[] = [
  [/Unterminated character class/, 'missing terminating ] for character class'],
  [/Unterminated group/, 'missing closing parenthesis'],
  [/Unmatched '\)'/, 'unmatched closing parenthesis'],
  [/Nothing to repeat/, 'quantifier does not follow a repeatable item'],
  [/Range out of order in character class/, 'range out of order in character class'],
  [/numbers out of order/, 'numbers out of order in {} quantifier'],
  [/\\ at end of pattern/, '\\ at end of pattern'],
  [/Duplicate capture group name/, 'two named subpatterns have the same name (PCRE2_DUPNAMES not set)'],
];

function reasonOf(error: Error): string {
  return reasons.find(([expression]) => expression.test(error.message))?.[1] ?? error.message;
}
