import type { Word } from './directive.ts';

/** What the lexer says at the end of a directive's words, as nginx's `ngx_conf_read_token` does. */
export type Ending = ';' | '{' | '}' | 'end' | 'error';

/** nginx reads through a buffer of this many bytes, and a single word can't be longer. */
const longestWord = 4096;

const LF = 0x0a;
const quotationMark = 0x22;
const hash = 0x23;
const dollar = 0x24;
const apostrophe = 0x27;
const closingParenthesis = 0x29;
const semicolon = 0x3b;
const backslash = 0x5c;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/**
 * Cuts the text of a configuration file into words, one directive at a time. The rules are those of
 * `ngx_conf_read_token` in nginx's `src/core/ngx_conf_file.c`, oddities included: `#` starts a comment only where a
 * word could start, `${` doesn't open a block, and after a closing quote something must end the word.
 */
export class Lexer {
  readonly #text: string;
  #position = 0;
  /** The line that was reached, counted from 1. */
  line = 1;
  /** The words of the directive read last. */
  words: Word[] = [];
  /** Why `next` said `error`. */
  reason = '';
  /** Where the last directive began and ended, its terminator included. */
  start = 0;
  end = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads the words up to the next `;`, `{` or `}`. */
  next(): Ending {
    this.words = [];
    for (;;) {
      const ending = this.#gap();
      if (ending !== undefined) return ending;
      const trouble = this.#word();
      if (trouble !== undefined) return trouble;
    }
  }

  /** Skips spaces and comments; says how the directive ended, or `undefined` when a word begins here. */
  #gap(): Ending | undefined {
    const text = this.#text;
    for (; this.#position < text.length; this.#position++) {
      const code = text.charCodeAt(this.#position);
      if (code === LF) this.line++;
      if (isSpace(code)) continue;
      if (code === hash) {
        const newline = text.indexOf('\n', this.#position);
        this.#position = (newline < 0 ? text.length : newline) - 1;
        continue;
      }
      if (this.words.length === 0) this.start = this.#position;
      if (code === semicolon || code === openingBrace) {
        if (this.words.length === 0) return this.#fail(`unexpected "${String.fromCharCode(code)}"`);
        return this.#finish(code === semicolon ? ';' : '{');
      }
      if (code === closingBrace) return this.words.length === 0 ? this.#finish('}') : this.#fail('unexpected "}"');
      return undefined;
    }
    this.end = this.#position;
    return this.words.length === 0 ? 'end' : this.#fail('unexpected end of file, expecting ";" or "}"');
  }

  /** Reads one word; says `error`, or the ending when it follows a closing quote at once. */
  #word(): Ending | undefined {
    const text = this.#text;
    const start = this.#position;
    const line = this.line;
    const first = text.charCodeAt(start);
    const quote = first === quotationMark || first === apostrophe ? first : 0;
    let escaped = false;
    let plain = true;
    /** A `$` stands before, or before the braces that were just passed. */
    let variable = false;
    let position = quote === 0 ? start : start + 1;
    for (; position < text.length; position++) {
      if (position - start >= longestWord) return this.#tooLong(start, line, quote);
      const code = text.charCodeAt(position);
      if (code === LF) this.line++;
      if (escaped) {
        escaped = false;
        continue;
      }
      if (variable && code === openingBrace) continue;
      variable = code === dollar;
      if (code === backslash) {
        escaped = true;
        plain = false;
        continue;
      }
      if (quote !== 0 ? code === quote : isSpace(code) || code === semicolon || code === openingBrace) break;
    }
    if (position >= text.length) {
      this.#position = text.length;
      return this.#fail('unexpected end of file, expecting ";" or "}"');
    }
    const raw = text.slice(quote === 0 ? start : start + 1, position);
    const end = quote === 0 ? position : position + 1;
    this.words.push({ text: plain ? raw : withoutEscapes(raw), quoted: quote !== 0, line, start, end });
    this.#position = end;
    if (quote !== 0) return this.#afterQuote();
    // The line break that ended the word is counted when the gap is skipped.
    if (text.charCodeAt(position) === LF) this.line--;
    return undefined;
  }

  #afterQuote(): Ending | undefined {
    if (this.#position >= this.#text.length) return undefined;
    const code = this.#text.charCodeAt(this.#position);
    if (isSpace(code) || code === semicolon || code === openingBrace || code === closingParenthesis) return undefined;
    return this.#fail(`unexpected "${String.fromCharCode(code)}"`);
  }

  #tooLong(start: number, line: number, quote: number): Ending {
    this.line = line;
    if (quote === 0) return this.#fail(`too long parameter "${this.#text.slice(start, start + 10)}..." started`);
    return this.#fail(`too long parameter, probably missing terminating "${String.fromCharCode(quote)}" character`);
  }

  #finish(ending: ';' | '{' | '}'): Ending {
    this.#position++;
    this.end = this.#position;
    return ending;
  }

  #fail(reason: string): Ending {
    this.reason = reason;
    this.end = this.#position;
    return 'error';
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === LF;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  t: '\t',
  r: '\r',
  n: '\n',
};

/** Only these escapes mean something to nginx; any other backslash stays, so that `\.` reaches a regular expression. */
function withoutEscapes(raw: string): string {
  return raw.replace(/\\(["'\\trn])/g, (_, letter: string) => escapes[letter]!);
}
