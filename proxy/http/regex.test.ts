import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { compileRegex, MatchLimitError, matcherOf, matchRegex } from './regex.ts';

const match = (pattern: string, subject: string, caseless = false): boolean =>
  matchRegex(compileRegex(pattern, caseless), subject, undefined);

describe('a pattern of PCRE means the same here', () => {
  test.each([
    ['\\.php$', '/x.php', true],
    ['\\.php$', '/x.php\n', true],
    ['\\.php\\z', '/x.php\n', false],
    ['\\A/x', '/x', true],
    ['(?i)/ABC', '/abc', true],
    ['/a(?i)B/C', '/ab/c', true],
    ['/a(?i)B/C', '/Ab/c', false],
    ['/(a(?i)b)C', '/aBc', false],
    ['a.b', 'a\rb', true],
    ['a.b', 'a\nb', false],
    ['(?s)a.b', 'a\nb', true],
    ['^[[:alpha:]_]+$', 'ab_c', true],
    ['^[[:digit:]]+$', 'ab', false],
    ['^[]a]+$', ']a', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['a\\x{2e}b', 'a.b', true],
    ['a(?#comment)b', 'ab', true],
    ['^(a)(b)\\g{2}$', 'abb', true],
    ['^/(?:x|y)(?=z)', '/xz', true],
    ['^\\s$', '\xa0', false],
  ])('%s on %j: %s', (pattern, subject, expected) => {
    expect(match(pattern, subject)).toBe(expected);
  });

  test('named groups become variables, in all three spellings', () => {
    const captured = { captures: [] as readonly (string | undefined)[], variables: new Map<string, string>() };
    const regex = compileRegex("^/(?<one>\\w+)/(?P<two>\\w+)/(?'three'\\w+)/(\\w+)$", false);
    expect(regex.names).toEqual(['one', 'two', 'three']);
    expect(matchRegex(regex, '/a/b/c/d', captured)).toBe(true);
    expect([...captured.variables]).toEqual([
      ['one', 'a'],
      ['two', 'b'],
      ['three', 'c'],
    ]);
    expect(captured.captures[4]).toBe('d');
  });
});

describe('a pattern that would mean something else is refused', () => {
  test.each([
    ['a++', 'possessive quantifiers are not supported here'],
    ['(?>a)', 'atomic groups are not supported here'],
    ['(?x) a', 'unrecognized character after (? or (?-'],
    ['(?R)', 'unrecognized character after (? or (?-'],
    ['\\Kx', '\\K is not supported here'],
    ['(a', 'missing closing parenthesis'],
    ['a)', 'unmatched closing parenthesis'],
    ['[a', 'missing terminating ] for character class'],
    ['*a', 'quantifier does not follow a repeatable item'],
    ['a\\', '\\ at end of pattern'],
  ])('%s: %s', (pattern, reason) => {
    expect(() => compileRegex(pattern, false)).toThrow(`pcre2_compile() failed: ${reason} in "${pattern}"`);
  });
});

describe('an expression that has to try too often gives up', () => {
  const endless = compileRegex('^/(a+)+$', false);
  const subject = `/${'a'.repeat(50)}!`;

  test('and says so, in words of nginx', () => {
    expect(() => matchRegex(endless, subject, { captures: [], variables: new Map() })).toThrow(
      `pcre2_match() failed: -47 on "${subject}" using "^/(a+)+$"`,
    );
  });

  test.each(['(a|b|ab)*c', '(x+x+)+y', '^(?=(a+)+$).', '^(\\w+\\s?)*$', '(a*)*\\1b', '^(?<one>a+|b)*$'])(
    '%s',
    (pattern) => {
      const regex = compileRegex(pattern, true);
      const texts = [`${'ab'.repeat(40)}`, 'x'.repeat(60), `${'a'.repeat(60)}!`, 'a'.repeat(60)];
      const outcomes = texts.map((text) => {
        try {
          return matchRegex(regex, text, undefined);
        } catch (error) {
          return error instanceof MatchLimitError;
        }
      });
      expect(outcomes).toContain(true);
    },
  );

  test('is bounded as well when V8 has forgotten what it compiled', () => {
    const program = `const { compileRegex } = await import(${JSON.stringify(new URL('./regex.ts', import.meta.url).href)});
      compileRegex('(a+)+b', false);
      for (let i = 0; i < 10; i++) { gc(); await new Promise(setImmediate); }
      process.stdout.write(String(compileRegex('^/(a+)+$', false).expression.exec('/${'a'.repeat(60)}!')));`;
    const words = ['--expose-gc', '--stress-flush-code', '--input-type=module', '-e', program];
    expect(execFileSync(process.execPath, words, { encoding: 'utf8' })).toBe('exceeded');
  });

  test('and who only looks takes it for no match', () => {
    expect(matcherOf(endless)(subject, undefined)).toBe(false);
  });

  test('a long text that simply does not match is no match', () => {
    expect(match('^/(.*)/(.*)\\.(.*)$', `/${'a/'.repeat(1000)}`)).toBe(false);
  });
});
