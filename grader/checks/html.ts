import type { Response } from '../lab.ts';

/** The text of a page's `<title>`, or undefined. cheerio costs 95 ms to load, so it's loaded when a page is first read. */
export async function pageTitle(page: Response | string): Promise<string | undefined> {
  const html = typeof page === 'string' ? page : page.text;
  const { load } = await import('cheerio/slim');
  const title = load(html)('title').first();
  return title.length === 0 ? undefined : title.text().replace(/\s+/g, ' ').trim();
}
