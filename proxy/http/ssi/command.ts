/** A server side include command as it stands in the page. */
export interface SsiCommand {
  readonly name: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** Where the text behind it begins. */
  readonly end: number;
}

/** A command that can't be read: nginx's words, and where the text behind it begins. */
export interface BrokenCommand {
  readonly problem: string;
  readonly end: number;
}

const OPENING = '<!--#';

/** Where a command begins, or may begin when the text is cut off there; the length of the text when nowhere. */
export function commandStart(text: string, from: number): number {
  const start = text.indexOf(OPENING, from);
  if (start >= 0) return start;
  for (let length = Math.min(OPENING.length - 1, text.length - from); length > 0; length--) {
    if (text.endsWith(OPENING.slice(0, length))) return text.length - length;
  }
  return text.length;
}

/**
 * Reads the command that begins at `start`; `undefined` when its end hasn't come yet. `most`: bytes of a value.
 * Source: ngx_http_ssi_parse.
 */
export function readCommand(text: string, start: number, most: number): SsiCommand | BrokenCommand | undefined {
  let at = start + OPENING.length;
  const skip = (): void => {
    while (/[ \t\r\n]/.test(text[at] ?? '')) at++;
  };
  const broken = (problem: string): BrokenCommand | undefined => {
    const end = text.indexOf('-->', at);
    return end < 0 ? undefined : { problem, end: end + 3 };
  };
  if (text.length < at) return undefined;
  skip();
  const name = /^[^ \t\r\n-]*/.exec(text.slice(at))![0];
  at += name.length;
  if (name.length > 32) return broken(`the "${name.slice(0, 32)}${name[32]}..." SSI command is too long`);
  const parameters: [string, string][] = [];
  for (;;) {
    skip();
    if (at >= text.length) return undefined;
    if (text[at] === '-') break;
    const key = /^[^ \t\r\n=-]*/.exec(text.slice(at))![0];
    at += key.length;
    if (text[at] === '-') return broken(`unexpected "-" symbol after "${key}" parameter in "${name}" SSI command`);
    skip();
    if (at >= text.length) return undefined;
    if (text[at] !== '=') {
      return broken(`unexpected "${text[at]}" symbol after "${key}" parameter in "${name}" SSI command`);
    }
    at++;
    skip();
    const quote = text[at];
    if (quote === undefined) return undefined;
    if (quote !== '"' && quote !== "'") {
      return broken(`unexpected "${quote}" symbol before value of "${key}" parameter in "${name}" SSI command`);
    }
    const close = closingQuote(text, at + 1, quote);
    if (close < 0) return undefined;
    const value = text.slice(at + 1, close);
    at = close + 1;
    if (value.length > most) {
      const words = `"${value.slice(0, most)}${value[most]}..." value of "${key}" parameter in "${name}" SSI command`;
      return broken(`too long ${words}`);
    }
    parameters.push([key, value]);
    if (at >= text.length) return undefined;
    if (!/[ \t\r\n-]/.test(text[at]!)) {
      return broken(
        `unexpected "${text[at]}" symbol after "${value}" value of "${key}" parameter in "${name}" SSI command`,
      );
    }
  }
  const closing = text.slice(at, at + 3);
  if (closing === '-->') return { name, parameters, end: at + 3 };
  if ('-->'.startsWith(closing)) return undefined;
  const wrong = [...closing].findIndex((character, index) => character !== '-->'[index]);
  return broken(`unexpected "${closing[wrong]}" symbol in "${name}" SSI command`);
}

function closingQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}
