import { gap } from './markdown.ts';

/**
 * Divides blocks into pages of at most `height` lines. A block stays whole when it fits on a page, a heading never stands at
 * the foot of one, and neither does the sentence that leads to some code; a block longer than a page goes on on the next.
 */
export function paginate(blocks: readonly (readonly string[])[], height: number): readonly (readonly string[])[] {
  const room = Math.max(4, height);
  const pages: string[][] = [];
  let page: string[] = [];
  const turn = () => {
    if (page.length > 0) pages.push(page);
    page = [];
  };
  let last: readonly string[] | undefined;
  blocks.forEach((block, index) => {
    const between = page.length === 0 ? [] : gap(last, block);
    let keep = block.length;
    for (let at = index; leadsOn(blocks, at); at++) keep += 1 + Math.min(blocks[at + 1]!.length, Math.floor(room / 2));
    if (page.length > 0 && page.length + between.length + Math.min(keep, room) > room) turn();
    else page.push(...between);
    for (const line of block) {
      if (page.length === room) turn();
      page.push(line);
    }
    last = block;
  });
  turn();
  return pages.length === 0 ? [['']] : pages;
}

/** Whether the block at this index must not be parted from the next. */
function leadsOn(blocks: readonly (readonly string[])[], index: number): boolean {
  const next = blocks[index + 1];
  return next !== undefined && (isHeading(blocks[index]!) || (isCode(next) && !isCode(blocks[index]!)));
}

function isCode(block: readonly string[]): boolean {
  return block[0]?.startsWith('    ') === true;
}

function isHeading(block: readonly string[]): boolean {
  return block.length > 1 && /^(═+|─+)$/.test(block.at(-1) ?? '') && !/[│┼]/.test(block.join(''));
}
