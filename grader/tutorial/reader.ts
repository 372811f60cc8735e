import stringWidth from 'fast-string-width';
import { joinBlocks, renderMarkdown, type Setting } from './markdown.ts';
import { paginate } from './pages.ts';
import { resize, type Terminal } from './terminal.ts';

/** Where a reader is: a page of so many, counted from 0. The pages change with the window, so a place is kept as a share. */
export interface Place {
  readonly page: number;
  readonly pages: number;
}

/**
 * Shows Markdown page by page, from `place` (0 is the beginning, 1 the end) on. `turned` hears of every page that is shown.
 * Ends with true when the last page was left by going on, with false when the reader stopped before.
 */
export function read(
  terminal: Terminal,
  markdown: string,
  place: number,
  turned: (place: Place) => Promise<void>,
): Promise<boolean> {
  return leaf(terminal, (setting) => renderMarkdown(markdown, setting), place, turned);
}

/** Shows some Markdown that is short, an empty line above and below it. */
export function show(terminal: Terminal, markdown: string): void {
  const setting = { width: terminal.size().width - 2, color: terminal.color };
  terminal.print(`\n${joinBlocks(renderMarkdown(markdown, setting)).join('\n')}\n`);
}

/** Lines that a menu takes below what is shown. */
const menu = 14;

/** Shows a text of plain lines: whole when a menu has room below it, otherwise page by page from its beginning. */
export async function browse(terminal: Terminal, text: string): Promise<void> {
  if (text.split('\n').length + menu <= terminal.size().height) return terminal.print(text);
  const blocks = text.split(/\n{2,}/).map((block) => block.split('\n'));
  await leaf(
    terminal,
    () => blocks,
    0,
    async () => {},
  );
}

async function leaf(
  terminal: Terminal,
  render: (setting: Setting) => readonly (readonly string[])[],
  place: number,
  turned: (place: Place) => Promise<void>,
): Promise<boolean> {
  let share = place >= 1 ? 0 : place;
  let pressed = '';
  for (;;) {
    const { width, height } = terminal.size();
    const blocks = render({ width: width - 2, color: terminal.color });
    const pages = paginate(blocks, { height: height - 3, width });
    const page = Math.min(pages.length - 1, Math.round(share * pages.length));
    if (pressed === resize) terminal.wipe();
    else terminal.clear();
    terminal.print(pages[page]!.join('\n'));
    terminal.print('');
    await turned({ page, pages: pages.length });
    const last = page === pages.length - 1;
    const keys = page === 0 ? ['q', resize] : ['b', 'q', resize];
    pressed = await terminal.key(footer(page, pages.length, width), keys);
    if (pressed === 'q') return false;
    if (pressed === '' && last) return true;
    if (pressed !== resize) share = (page + (pressed === 'b' ? -1 : 1)) / pages.length;
  }
}

/** What can be pressed, in the longest form that stays on one line of `width` columns. */
function footer(page: number, pages: number, width: number): string {
  const last = page === pages - 1;
  const back = page === 0 ? '' : ' · b: back';
  const forms = [
    `page ${page + 1} of ${pages}  Enter: ${last ? 'done' : 'next page'}${back} · q: to the lab `,
    `${page + 1}/${pages}  Enter: ${last ? 'done' : 'next'}${back} · q: lab `,
  ];
  return forms.find((form) => stringWidth(form) < width) ?? `${page + 1}/${pages} `;
}
