import stringWidth from 'fast-string-width';

/** Escape codes when `colour` is wanted, plain text otherwise. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

export function createPaint(colour: boolean): Paint {
  const paint =
    (on: number, off: number) =>
    (text: string): string =>
      colour && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/**
 * What came from a server or a file, made harmless for a terminal: control characters are shown, not obeyed, and
 * neither are the marks that turn the direction of writing.
 */
export function harmless(text: string): string {
  return text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (character) => (character === '\t' ? '  ' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`),
  );
}

/** Breaks text into lines of at most `width` columns, at spaces where there are any; words longer than a line stay whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    let used = 0;
    for (const word of paragraph.split(' ')) {
      const length = stringWidth(word);
      if (line === '') {
        line = word;
        used = length;
      } else if (used + 1 + length <= width) {
        line += ` ${word}`;
        used += 1 + length;
      } else {
        lines.push(line);
        line = word;
        used = length;
      }
    }
    lines.push(line);
  }
  return lines;
}
