import stringWidth from 'fast-string-width';
import { gap, joinBlocks } from './markdown.ts';

type Block = readonly string[];

/** The part of a window that a page fills: lines, and columns, behind which the terminal goes on in the next line. */
export interface Room {
  readonly height: number;
  readonly width: number;
}

/**
 * Divides blocks into pages that fit into `room`. A block stays whole when it fits on a page, a heading never stands at the
 * foot of one, and neither does the sentence that leads to some code; what is longer than a page goes on on the next.
 */
export function paginate(blocks: readonly Block[], room: Room): readonly Block[] {
  const height = Math.max(4, room.height);
  const rows = (lines: Block) => lines.reduce((sum, line) => sum + rowsOf(line, room.width), 0);
  const pages: string[][] = [];
  let page: string[] = [];
  let last: Block | undefined;
  const turn = () => {
    if (page.length > 0) pages.push(page);
    page = [];
  };
  const put = (block: Block) => {
    if (page.length > 0) page.push(...gap(last, block));
    for (const line of block) {
      if (page.length > 0 && rows(page) + rowsOf(line, room.width) > height) turn();
      page.push(line);
    }
    last = block;
  };
  const fits = (added: Block) => {
    const between = page.length === 0 ? [] : gap(last, added);
    return rows(page) + between.length + rows(added) <= height;
  };
  for (const chain of chains(blocks)) {
    if (!fits(joinBlocks(chain))) turn();
    const begun = last;
    for (const block of chain) {
      // What leads to this block goes with its first lines, unless that is most of a page.
      const follows = last !== begun && rows(page) <= height / 2;
      if (!fits(block) && !follows) turn();
      put(block);
    }
  }
  turn();
  return pages.length === 0 ? [['']] : pages;
}

/** Lines of a window of `width` columns that a line fills. */
function rowsOf(line: string, width: number): number {
  return Math.max(1, Math.ceil(stringWidth(line) / width));
}

/** The blocks in groups that belong on one page. */
function chains(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const all: Block[][] = [];
  blocks.forEach((block, index) => {
    if (index > 0 && leadsOn(blocks, index - 1)) all.at(-1)!.push(block);
    else all.push([block]);
  });
  return all;
}

/** Whether the block at this index must not be parted from the next. */
function leadsOn(blocks: readonly Block[], index: number): boolean {
  const next = blocks[index + 1];
  return next !== undefined && (isHeading(blocks[index]!) || (isCode(next) && !isCode(blocks[index]!)));
}

function isCode(block: Block): boolean {
  return block[0]?.startsWith('    ') === true;
}

function isHeading(block: Block): boolean {
  return block.length > 1 && /^(═+|─+)$/.test(block.at(-1) ?? '') && !/[│┼]/.test(block.join(''));
}
