import { styleText } from 'node:util';
import stringWidth from 'fast-string-width';

/** How a run of text looks. */
export type Look = 'plain' | 'bold' | 'emphasis' | 'code' | 'address';

/** A run of text of one look. */
export interface Span {
  readonly text: string;
  readonly look: Look;
}

const patterns =
  /(`+)(.+?)\1|\*\*(.+?)\*\*|(?<![\w*])\*(?!\s)([^*]+?)\*(?!\w)|(?<!\w)_(?!\s)([^_]+?)_(?!\w)|!?\[([^\]]*)\]\(([^)\s]+)\)|<(https?:[^>\s]+)>|\\([\\`*_[\]<>#|])/g;

/** Splits one paragraph of Markdown into runs: code, bold, emphasis and links; a link keeps its address when it leads out. */
export function spans(markdown: string): readonly Span[] {
  const found: Span[] = [];
  let end = 0;
  const add = (text: string, look: Look) => text !== '' && found.push({ text, look });
  for (const match of markdown.matchAll(patterns)) {
    add(markdown.slice(end, match.index), 'plain');
    end = match.index + match[0].length;
    const [, , code, bold, starred, underlined, label, address, bare, escaped] = match;
    if (code !== undefined) add(code.trim(), 'code');
    else if (bold !== undefined)
      for (const part of spans(bold)) add(part.text, part.look === 'plain' ? 'bold' : part.look);
    else if (starred !== undefined) add(starred, 'emphasis');
    else if (underlined !== undefined) add(underlined, 'emphasis');
    else if (bare !== undefined) add(bare, 'address');
    else if (escaped !== undefined) add(escaped, 'plain');
    else if (label !== undefined && address !== undefined) {
      found.push(...spans(label));
      if (/^https?:/.test(address) && label !== address) {
        add(' (', 'plain');
        add(address, 'address');
        add(')', 'plain');
      }
    }
  }
  add(markdown.slice(end), 'plain');
  return found;
}

/** The text with the terminal's escape codes for its look. */
function paint(text: string, look: Look, color: boolean): string {
  if (!color || look === 'plain') return text;
  const formats = { bold: 'bold', emphasis: 'italic', code: 'cyan', address: 'underline' } as const;
  return styleText(formats[look], text, { validateStream: false });
}

/**
 * Breaks runs into lines of at most `width` columns, at spaces; a word longer than a line has one of its own.
 * The length is counted without the escape codes.
 */
export function wrap(runs: readonly Span[], width: number, color: boolean): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of words(color ? runs : runs.map(marked))) {
    const length = word.reduce((sum, part) => sum + stringWidth(part.text), 0);
    if (used > 0 && used + 1 + length > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    if (used > 0) {
      line += ' ';
      used++;
    }
    for (const part of word) line += paint(part.text, part.look, color);
    used += length;
  }
  if (used > 0) lines.push(line);
  return lines;
}

/** Where colour can't tell code from words, its backticks do. */
function marked(run: Span): Span {
  return run.look === 'code' ? { text: `\`${run.text}\``, look: 'plain' } : run;
}

/** Columns that a piece of Markdown takes on one line. */
export function columnsOf(markdown: string, color: boolean): number {
  const runs = spans(markdown);
  return (color ? runs : runs.map(marked)).reduce((sum, span) => sum + stringWidth(span.text), 0);
}

/** Words are what stands between spaces; one word may consist of runs of several looks (`code`, then a comma). */
function words(runs: readonly Span[]): readonly (readonly Span[])[] {
  const all: Span[][] = [];
  let current: Span[] = [];
  for (const run of runs) {
    const pieces = run.text.split(/\s+/);
    pieces.forEach((piece, index) => {
      if (index > 0 && current.length > 0) {
        all.push(current);
        current = [];
      }
      if (piece !== '') current.push({ text: piece, look: run.look });
    });
  }
  if (current.length > 0) all.push(current);
  return all;
}
