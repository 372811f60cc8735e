import { renderMarkdown, type Setting } from './markdown.ts';
import { paginate } from './pages.ts';
import type { Terminal } from './terminal.ts';

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
  for (;;) {
    const { width, height } = terminal.size();
    const pages = paginate(render({ width: width - 2, color: terminal.color }), height - 3);
    const page = Math.min(pages.length - 1, Math.round(share * pages.length));
    terminal.clear();
    terminal.print(pages[page]!.join('\n'));
    terminal.print('');
    await turned({ page, pages: pages.length });
    const last = page === pages.length - 1;
    const keys = page === 0 ? ['q'] : ['b', 'q'];
    const onward = last ? 'Enter: done' : 'Enter: next page';
    const back = page === 0 ? '' : ' · b: back';
    const pressed = await terminal.key(`page ${page + 1} of ${pages.length}  ${onward}${back} · q: to the lab `, keys);
    if (pressed === 'q') return false;
    if (pressed === '' && last) return true;
    share = (page + (pressed === 'b' ? -1 : 1)) / pages.length;
  }
}
