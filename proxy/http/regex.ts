import { BoundedExpression } from './bounded-expression.ts';
import type { Captured } from './configuration.ts';
import type { Exchange } from './exchange.ts';
import { RegexError, translate } from './pcre.ts';

/** A PCRE pattern translated for JavaScript. */
export interface Regex {
  /** As written. */
  readonly pattern: string;
  readonly expression: BoundedExpression;
  /** Names of the named groups. */
  readonly names: readonly string[];
  /** How many groups it captures. */
  readonly groups: number;
}

/** Translates a pattern that nginx would give to PCRE. Throws a RegexError in nginx's words. */
export function compileRegex(pattern: string, caseless: boolean): Regex {
  const { source, flags } = translate(pattern);
  let expression: BoundedExpression;
  try {
    expression = new BoundedExpression(source, caseless || flags.includes('i') ? 'i' : '');
  } catch (error) {
    throw new RegexError(pattern, reasonOf(error as Error));
  }
  const names = [...source.matchAll(/(?<!\\)\(\?<([A-Za-z_]\w*)>/g)].map((match) => match[1]!);
  return { pattern, expression, names, groups: new RegExp(`${source}|`).exec('')!.length - 1 };
}

/** An expression had to try too often. The message is what nginx logs, as an alert. */
export class MatchLimitError extends Error {
  override readonly name = 'MatchLimitError';

  constructor({ pattern }: Regex, subject: string) {
    super(`pcre2_match() failed: -47 on "${subject}" using "${pattern}"`);
  }
}

/** What matches. Throws a MatchLimitError. */
export function findMatch(regex: Regex, subject: string): RegExpExecArray | null {
  const match = regex.expression.exec(subject);
  if (match === 'exceeded') throw new MatchLimitError(regex, subject);
  return match;
}

/** Matches, and leaves numbered and named captures in `captured`. A failed match leaves them as they were. Throws a MatchLimitError. */
export function matchRegex(regex: Regex, subject: string, captured: Captured | undefined): boolean {
  const match = findMatch(regex, subject);
  if (match === null || captured === undefined) return match !== null;
  captured.captures = match;
  for (const name of regex.names) captured.variables.set(name, match.groups?.[name] ?? '');
  return true;
}

/** As `matchRegex`. Who only looks, and leaves no captures, takes an expression that had to try too often for no match. */
export function matcherOf(regex: Regex): (subject: string, captured: Captured | undefined) => boolean {
  return (subject, captured) => {
    if (captured !== undefined) return matchRegex(regex, subject, captured);
    const match = regex.expression.exec(subject);
    return match !== null && match !== 'exceeded';
  };
}

/** As `findMatch`, for those who take it for no match, with a word in the log, when an expression had to try too often. */
export function findMatchOrTell(regex: Regex, subject: string, exchange: Exchange): RegExpExecArray | null {
  const match = regex.expression.exec(subject);
  if (match !== 'exceeded') return match;
  exchange.logError('alert', new MatchLimitError(regex, subject).message);
  return null;
}

/** What a request comes to whose location or rewriting hangs on an expression that had to try too often. Throws every other error. */
export function failedMatch(exchange: Pick<Exchange, 'logError'>, error: unknown): number {
  if (!(error instanceof MatchLimitError)) throw error;
  exchange.logError('alert', error.message);
  return 500;
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
