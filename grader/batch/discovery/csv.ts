/** One line of a table: its cells by the header's words, and where it begins. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads comma-separated values (RFC 4180), as spreadsheets write them: quoted cells may hold line ends, a byte order mark is
 * skipped, `;` or a tab separates where the first line has no comma. Empty lines are left out. Throws a SyntaxError with
 * the line for a quote that is never closed.
 */
export function readCsv(text: string): readonly CsvRow[] {
  const source = text.replace(/^\uFEFF/, '');
  const separator = separatorOf(source);
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let line = 1;
  let rowLine = 1;
  const endRow = () => {
    cells.push(cell);
    if (cells.length > 1 || cells[0]!.trim() !== '')
      rows.push({ line: rowLine, cells: cells.map((one) => one.trim()) });
    cells = [];
    cell = '';
  };
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (character === '"' && cell.trim() === '') {
      const end = closingQuote(source, at, line);
      cell = source.slice(at + 1, end).replaceAll('""', '"');
      line += cell.split('\n').length - 1;
      at = end;
    } else if (character === separator) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n' || character === '\r') {
      if (character === '\r' && source[at + 1] === '\n') at++;
      endRow();
      rowLine = ++line;
    } else cell += character;
  }
  endRow();
  return rows;
}

function closingQuote(source: string, open: number, line: number): number {
  for (let at = open + 1; at < source.length; at++) {
    if (source[at] !== '"') continue;
    if (source[at + 1] !== '"') return at;
    at++;
  }
  throw new SyntaxError(`line ${line}: a quote is opened and never closed`);
}

function separatorOf(source: string): string {
  const first = source.split('\n', 1)[0]!;
  return [',', ';', '\t'].find((separator) => first.includes(separator)) ?? ',';
}
