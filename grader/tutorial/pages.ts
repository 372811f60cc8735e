import { gap } from './markdown.ts';

/**
 * Divides blocks into pages of at most `height` lines. A block stays whole when it fits on a page, and a heading never
 * stands at the foot of one; a block longer than a page is continued on the next.
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
    const next = isHeading(block) ? blocks[index + 1] : undefined;
    const keep = block.length + (next === undefined ? 0 : 1 + Math.min(next.length, Math.floor(room / 2)));
    if (page.length > 0 && page.length + between.length + keep > room) turn();
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

function isHeading(block: readonly string[]): boolean {
  return block.length > 1 && /^(═+|─+)$/.test(block.at(-1) ?? '') && !/[│┼]/.test(block.join(''));
}
