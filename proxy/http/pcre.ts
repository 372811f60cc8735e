/** A pattern that PCRE would refuse, or that JavaScript can't express. `message` is nginx's. */
export class RegexError extends Error {
  override readonly name = 'RegexError';

  constructor(pattern: string, reason: string) {
    super(`pcre2_compile() failed: ${reason} in "${pattern}"`);
  }
}

/**
 * Rewrites a PCRE pattern for JavaScript's `RegExp`. What means the same in both passes as it is; what JavaScript
 * spells otherwise is spelt so (`\A`, `\z`, `\Z`, `$` before a last line break, `(?P<name>)`, `(?i)`, `(?s)`, `(?m)`,
 * `\Q...\E`, POSIX classes, `\h`, `\R`, comments); what it can't say (possessive and atomic groups, recursion,
 * conditions, `(?x)`) is an error rather than another meaning. Source: pcre2syntax(3).
 */
export function translate(pattern: string): { readonly source: string; readonly flags: string } {
  return new Translation(pattern).run();
}

const posixClasses: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\t-\\r ',
  blank: '\\t ',
  punct: '!-\\/:-@\\[-`{-~',
  xdigit: '0-9a-fA-F',
  word: '\\w',
  cntrl: '\\x00-\\x1f\\x7f',
  print: '\\x20-\\x7e',
  graph: '\\x21-\\x7e',
};

/** Escapes that JavaScript lacks or means otherwise: outside a class, and inside one. */
const escapesOutside: Readonly<Record<string, string>> = {
  A: '^',
  z: '$',
  Z: '(?=\\n?$)',
  h: '[\\t \\xa0]',
  H: '[^\\t \\xa0]',
  R: '(?:\\r\\n|[\\n-\\r\\x85])',
  N: '[^\\n]',
  s: '[\\t-\\r ]',
  S: '[^\\t-\\r ]',
  e: '\\x1b',
  a: '\\x07',
};
const escapesInside: Readonly<Record<string, string>> = { h: '\\t \\xa0', s: '\\t-\\r ', e: '\\x1b', a: '\\x07' };

class Translation {
  readonly #pattern: string;
  #at = 0;
  #out = '';
  #dotAll = false;
  #multiline = false;
  #caseless = '';
  /** For every open group: how many extra `)` it needs, and the flags to go back to. */
  readonly #groups: { extra: number; dotAll: boolean; multiline: boolean }[] = [
    { extra: 0, dotAll: false, multiline: false },
  ];

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  run(): { source: string; flags: string } {
    const pattern = this.#pattern;
    while (this.#at < pattern.length) {
      const character = pattern[this.#at]!;
      if (character === '\\') this.#escape();
      else if (character === '[') this.#class();
      else if (character === '(') this.#open();
      else if (character === ')') this.#close();
      else if (character === '.') this.#put(this.#dotAll ? '[^]' : '[^\\n]');
      else if (character === '$') this.#put(this.#multiline ? '(?=\\n|$)' : '(?=\\n?$)');
      else if (character === '^') this.#put(this.#multiline ? '(?<=^|\\n)' : '^');
      else if ('*+?}'.includes(character) && pattern[this.#at + 1] === '+' && this.#quantifies(character)) {
        this.#refuse('possessive quantifiers are not supported here');
      } else this.#put(character);
    }
    this.#out += ')'.repeat(this.#groups[0]!.extra);
    return { source: this.#out, flags: this.#caseless };
  }

  #put(text: string, length = 1): undefined {
    this.#out += text;
    this.#at += length;
  }

  #quantifies(character: string): boolean {
    return character !== '}' || /\{\d+(,\d*)?\}$/.test(this.#pattern.slice(0, this.#at + 1));
  }

  #escape(): undefined {
    const pattern = this.#pattern;
    const letter = pattern[this.#at + 1];
    if (letter === undefined) this.#refuse('\\ at end of pattern');
    if (letter === 'Q') {
      const end = pattern.indexOf('\\E', this.#at);
      const literal = pattern.slice(this.#at + 2, end < 0 ? pattern.length : end);
      this.#out += literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      this.#at = end < 0 ? pattern.length : end + 2;
      return;
    }
    if (letter === 'E') return this.#put('', 2);
    if ('KGXCpP'.includes(letter!)) this.#refuse(`\\${letter} is not supported here`);
    const hex = /^\\x\{([0-9a-fA-F]{1,4})\}/.exec(pattern.slice(this.#at));
    if (hex !== null) return this.#put(`\\u${hex[1]!.padStart(4, '0')}`, hex[0].length);
    const reference = /^\\g(?:\{(\d+)\}|(\d+))/.exec(pattern.slice(this.#at));
    if (reference !== null) return this.#put(`(?:\\${reference[1] ?? reference[2]})`, reference[0].length);
    const named = /^\\(?:k\{(\w+)\}|k'(\w+)'|g\{([A-Za-z_]\w*)\})/.exec(pattern.slice(this.#at));
    if (named !== null) return this.#put(`\\k<${named[1] ?? named[2] ?? named[3]}>`, named[0].length);
    this.#put(escapesOutside[letter!] ?? `\\${letter}`, 2);
  }

  #class(): undefined {
    const pattern = this.#pattern;
    this.#put('[');
    if (pattern[this.#at] === '^') this.#put('^');
    if (pattern[this.#at] === ']') this.#put('\\]');
    while (this.#at < pattern.length) {
      const character = pattern[this.#at]!;
      if (character === ']') return this.#put(']');
      const posix = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(this.#at));
      if (posix !== null) {
        const members = posixClasses[posix[2]!];
        if (members === undefined || posix[1] === '^') this.#refuse('unknown POSIX class name');
        this.#put(members!, posix[0].length);
      } else if (character === '\\') {
        const letter = pattern[this.#at + 1];
        if (letter === undefined) this.#refuse('\\ at end of pattern');
        if ('pPSHRNX'.includes(letter!) && letter !== 'S') this.#refuse(`\\${letter} is not supported here`);
        this.#put(escapesInside[letter!] ?? `\\${letter}`, 2);
      } else this.#put(character === '[' ? '\\[' : character);
    }
    this.#refuse('missing terminating ] for character class');
  }

  #open(): undefined {
    const rest = this.#pattern.slice(this.#at);
    if (rest.startsWith('(?#')) {
      const end = rest.indexOf(')');
      if (end < 0) this.#refuse('missing ) after (?# comment');
      return this.#put('', end + 1);
    }
    const flags = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/.exec(rest);
    if (flags !== null && (flags[1] !== '' || flags[2] !== undefined)) return this.#flags(flags);
    const name = /^\(\?(?:P?<([A-Za-z_]\w*)>|'([A-Za-z_]\w*)')/.exec(rest);
    const backReference = /^\(\?P=(\w+)\)/.exec(rest);
    if (backReference !== null) return this.#put(`\\k<${backReference[1]}>`, backReference[0].length);
    if (name !== null) this.#put(`(?<${name[1] ?? name[2]}>`, name[0].length);
    else if (/^\((?!\?|\*)|^\(\?(?::|=|!|<=|<!)/.test(rest)) {
      const start = /^\((\?(?:<?[=!]|:))?/.exec(rest)![0];
      this.#put(start, start.length);
    } else if (rest.startsWith('(?>')) this.#refuse('atomic groups are not supported here');
    else this.#refuse('unrecognized character after (? or (?-');
    this.#enter();
  }

  #enter(): void {
    this.#groups.push({ extra: 0, dotAll: this.#dotAll, multiline: this.#multiline });
  }

  #flags(match: RegExpExecArray): undefined {
    const [whole, on = '', off = '', end] = match;
    if (/[^imsU]/.test(on + off) || /U/.test(on + off)) this.#refuse('unrecognized character after (? or (?-');
    const caseless = on.includes('i') ? 'i' : off.includes('i') ? '-i' : '';
    if (end === ':') {
      this.#put(caseless === '' ? '(?:' : `(?${caseless}:`, whole.length);
      this.#enter();
    } else if (caseless === 'i' && this.#out === '') {
      this.#caseless = 'i';
      this.#put('', whole.length);
    } else if (caseless !== '') {
      // The flag holds up to the end of the group it stands in.
      this.#groups[this.#groups.length - 1]!.extra++;
      this.#put(`(?${caseless}:`, whole.length);
    } else this.#put('', whole.length);
    if (on.includes('s')) this.#dotAll = true;
    if (off.includes('s')) this.#dotAll = false;
    if (on.includes('m')) this.#multiline = true;
    if (off.includes('m')) this.#multiline = false;
  }

  #close(): void {
    if (this.#groups.length === 1) this.#refuse('unmatched closing parenthesis');
    const group = this.#groups.pop()!;
    this.#dotAll = group.dotAll;
    this.#multiline = group.multiline;
    this.#put(`${')'.repeat(group.extra)})`);
  }

  #refuse(reason: string): never {
    throw new RegexError(this.#pattern, reason);
  }
}
