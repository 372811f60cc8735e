/** A cell that a spreadsheet takes as text: `=`, `+`, `-`, `@` at its beginning would start a formula. Numbers stay numbers. */
export function harmlessCell(cell: string | number): string | number {
  if (typeof cell === 'number') return cell;
  const text = withoutControls(cell);
  return /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20|]/.test(text) ? `'${text}` : text;
}

/** Comma-separated values as RFC 4180 says: lines end with CR LF, a cell is quoted where it has to be. */
export function writeCsv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((cells) => `${cells.map(writeCell).join(',')}\r\n`).join('');
}

function writeCell(cell: string | number): string {
  const text = withoutControls(String(cell));
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function withoutControls(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ');
}
