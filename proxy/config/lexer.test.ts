import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Lexer } from './lexer.ts';

function words(text: string): string[] {
  const lexer = new Lexer(text);
  lexer.next();
  return lexer.words.map((word) => word.text);
}

describe('words', () => {
  test('end at spaces, semicolons and braces', () => {
    expect(words('listen 80\n default_server;')).toEqual(['listen', '80', 'default_server']);
    expect(words('server{')).toEqual(['server']);
  });

  test('may be quoted, and then hold what would end them', () => {
    expect(words(`log_format main '$a; {b}' "c d";`)).toEqual(['log_format', 'main', '$a; {b}', 'c d']);
  });

  test('keep a backslash, unless it stands before a quote, a backslash, t, r or n', () => {
    expect(words(String.raw`a \.jpg$ "\"" \\ x\ty b\ c;`)).toEqual(['a', '\\.jpg$', '"', '\\', 'x\ty', 'b\\ c']);
  });

  test('hold a variable in braces', () => {
    expect(words('return 200 ${host}x;')).toEqual(['return', '200', '${host}x']);
  });

  test('begin a comment only where a word could begin', () => {
    expect(words('a # b;\n c#d;')).toEqual(['a', 'c#d']);
  });

  test('longer than 4096 bytes are an error at the line where they begin', () => {
    const lexer = new Lexer(`\n\na "${'x\n'.repeat(5000)}`);
    expect(lexer.next()).toBe('error');
    expect(lexer.reason).toBe('too long parameter, probably missing terminating """ character');
    expect(lexer.line).toBe(3);
  });
});

const anyText = fc.string({ unit: fc.constantFrom(...'ab \n\t;{}"\'\\$#)é\0') });

describe('for any text at all', () => {
  test('a word stands where it says, in order, and lines are counted by line breaks', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const lexer = new Lexer(text);
        let last = 0;
        for (;;) {
          const ending = lexer.next();
          for (const word of lexer.words) {
            expect(word.start).toBeGreaterThanOrEqual(last);
            expect(word.end).toBeGreaterThan(word.start);
            expect(word.line).toBe(text.slice(0, word.start).split('\n').length);
            const source = text.slice(word.start, word.end);
            if (word.quoted) expect(source[0]).toBe(source.at(-1));
            else if (!source.includes('\\')) expect(source).toBe(word.text);
            last = word.end;
          }
          if (ending === 'error' || ending === 'end') break;
          expect(text[lexer.end - 1]).toBe(ending);
        }
        expect(lexer.line).toBeLessThanOrEqual(text.split('\n').length);
      }),
    );
  });

  test('quoting a text and reading it gives the text back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 50 }), { minLength: 1 }), (texts) => {
        const quoted = texts.map((text) => `"${text.replace(/[\\"]/g, '\\$&')}"`);
        expect(words(`${quoted.join(' ')};`)).toEqual(texts);
      }),
    );
  });
});
