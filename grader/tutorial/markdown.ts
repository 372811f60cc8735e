import { styleText } from 'node:util';
import stringWidth from 'fast-string-width';
import { columnsOf, spans, wrap } from './inline.ts';

/** How a text is set: `width` in columns, `color` whether escape codes may be used. */
export interface Setting {
  readonly width: number;
  readonly color: boolean;
}

/**
 * Sets Markdown for a terminal, block by block; a block (a heading, a paragraph, a list item, a code block) is an array of
 * lines. Knows what the labs use: headings, paragraphs, lists, quotes, fenced code, tables and rules; HTML comments are left out.
 */
export function renderMarkdown(markdown: string, setting: Setting): readonly (readonly string[])[] {
  const lines = markdown
    .replace(/\r\n/g, '\n')
    .replace(/<!--[\s\S]*?-->\n?/g, '')
    .split('\n');
  const blocks: (readonly string[])[] = [];
  let at = 0;
  const take = (belongs: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && belongs(lines[at]!)) at++;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at]!;
    const fence = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (line.trim() === '') at++;
    else if (fence !== undefined) {
      at++;
      blocks.push(
        code(
          take((one) => !one.trimStart().startsWith(fence)),
          setting,
        ),
      );
      at++;
    } else if (/^#{1,6} /.test(line)) {
      at++;
      blocks.push(heading(line, setting));
    } else if (/^ {0,3}([-*_])( *\1){2,} *$/.test(line)) {
      at++;
      blocks.push(['─'.repeat(Math.min(setting.width, 40))]);
    } else if (line.startsWith('>'))
      blocks.push(
        quote(
          take((one) => one.startsWith('>')),
          setting,
        ),
      );
    else if (line.startsWith('|'))
      blocks.push(
        table(
          take((one) => one.startsWith('|')),
          setting,
        ),
      );
    else if (item.test(line)) blocks.push(listItem(take(inItem(at)), setting));
    else blocks.push(wrap(spans(take(inParagraph).join(' ')), setting.width, setting.color));
  }
  return blocks;

  function inItem(first: number) {
    return (one: string): boolean =>
      lines[first] === one || (one.trim() !== '' && !item.test(one) && !/^(#{1,6} |>|\||\s*```)/.test(one));
  }
}

const item = /^(\s*)([-*+]|\d+[.)])\s+/;

function inParagraph(line: string): boolean {
  return line.trim() !== '' && !/^(#{1,6} |>|\s*```|\s*~~~|\|)/.test(line) && !item.test(line);
}

function heading(line: string, { width, color }: Setting): readonly string[] {
  const [, marks, text] = /^(#+) +(.*?)\s*#*$/.exec(line)!;
  const plain = wrap(spans(text!), width, false);
  const styled = color ? plain.map((one) => styleText('bold', one, { validateStream: false })) : plain;
  if (marks!.length > 2) return styled;
  const rule = (marks!.length === 1 ? '═' : '─').repeat(
    Math.min(Math.max(...plain.map((one) => stringWidth(one)), 0), width),
  );
  return [...styled, rule];
}

/** Code is never broken: a line that was cut could not be copied. A picture is cut, for broken it says nothing. */
function code(lines: readonly string[], { width, color }: Setting): readonly string[] {
  const widest = Math.max(...lines.map((line) => stringWidth(line)), 0);
  const drawn = lines.some((line) => /\+-{3,}/.test(line));
  const indent = drawn ? Math.max(0, Math.min(4, width - widest)) : 4;
  const cut = drawn && widest > width;
  const set = lines.map((line) => {
    const text = (cut ? line.slice(0, width) : line).trimEnd();
    return text === ''
      ? ''
      : `${' '.repeat(indent)}${color ? styleText('cyan', text, { validateStream: false }) : text}`;
  });
  return cut
    ? [...set, ...wrap(spans(`_(This picture needs a window of ${widest + 2} columns.)_`), width, color)]
    : set;
}

function quote(lines: readonly string[], setting: Setting): readonly string[] {
  // A bold first line is the quote's title and stands alone.
  const [first, ...rest] = lines.map((line) => line.replace(/^> ?/, ''));
  const inner = [first, ...(/^\*\*.+\*\*$/.test(first!) ? [''] : []), ...rest].join('\n');
  const blocks = renderMarkdown(inner, { ...setting, width: setting.width - 2 });
  return joinBlocks(blocks).map((line) => (line === '' ? '│' : `│ ${line}`));
}

function listItem(lines: readonly string[], { width, color }: Setting): readonly string[] {
  const [, indent, mark] = item.exec(lines[0]!)!;
  const bullet = /\d/.test(mark!) ? mark! : '•';
  const hang = `${indent}${' '.repeat(bullet.length + 1)}`;
  const text = lines.map((line) => line.replace(item, '').trim()).join(' ');
  return wrap(spans(text), width - hang.length, color).map((line, index) =>
    index === 0 ? `${indent}${bullet} ${line}` : `${hang}${line}`,
  );
}

/** Columns as wide as they need, or narrower; where a word doesn't fit any more, the rows stand one below the other. */
function table(lines: readonly string[], { width, color }: Setting): readonly string[] {
  const rows = lines
    .map((line) =>
      line
        .trim()
        .replace(/^\||\|$/g, '')
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    )
    .filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell)));
  const columns = Math.max(...rows.map((row) => row.length));
  const natural = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => columnsOf(row[column] ?? '', color))),
  );
  const room = width - 3 * (columns - 1);
  const widths = narrowed(natural, room);
  const fits = (cell: string, column: number) =>
    wrap(spans(cell), widths[column]!, false).every((line) => stringWidth(line) <= widths[column]!);
  if (!rows.every((row) => row.every(fits))) return stacked(rows, width, color);
  return rows.flatMap((row, index) => {
    const cells = widths.map((wide, column) => wrap(spans(row[column] ?? ''), wide, color));
    const height = Math.max(...cells.map((cell) => cell.length), 1);
    const set = Array.from({ length: height }, (_, line) =>
      cells
        .map((cell, column) => padTo(cell[line] ?? '', widths[column]!))
        .join(' │ ')
        .trimEnd(),
    );
    return index === 0 ? [...set, widths.map((wide) => '─'.repeat(wide)).join('─┼─')] : set;
  });
}

/** Each cell of a row behind the name of its column, an empty line between the rows. */
function stacked([names = [], ...rows]: readonly (readonly string[])[], width: number, color: boolean): string[] {
  return rows.flatMap((row, index) => [
    ...(index === 0 ? [] : ['']),
    ...row.flatMap((cell, column) => wrap(spans(names[column] ? `${names[column]}: ${cell}` : cell), width, color)),
  ]);
}

/** Takes from the widest column until all fit; no column gets narrower than 8. */
function narrowed(natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  while (widths.reduce((sum, one) => sum + one, 0) > room) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= 8) break;
    widths[widest]!--;
  }
  return widths;
}

function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}

/** Blocks under one another; an empty line between them, none between the items of a list. */
export function joinBlocks(blocks: readonly (readonly string[])[]): readonly string[] {
  return blocks.flatMap((block, index) => [...gap(blocks[index - 1], block), ...block]);
}

/** The lines between two blocks. */
export function gap(before: readonly string[] | undefined, block: readonly string[]): readonly string[] {
  if (before === undefined) return [];
  const listed = (lines: readonly string[]) => /^\s*(•|\d+[.)]) /.test(lines[0] ?? '');
  return listed(before) && listed(block) ? [] : [''];
}
