import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paginate } from './pages.ts';

const window = (height: number, width = 80) => ({ height, width });

test('a block that does not fit any more begins the next page', () => {
  expect(
    paginate(
      [
        ['a', 'b', 'c'],
        ['d', 'e'],
      ],
      window(5),
    ),
  ).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e'],
  ]);
});

test('a heading never stands alone at the foot of a page', () => {
  const pages = paginate(
    [
      ['a', 'b', 'c'],
      ['Heading', '───────'],
      ['text', 'text'],
    ],
    window(7),
  );
  expect(pages[1]?.[0]).toBe('Heading');
});

test('the sentence that leads to some code goes with it', () => {
  const pages = paginate([['a', 'b', 'c'], ['Type this:'], ['    one', '    two', '    three']], window(8));
  expect(pages[1]?.[0]).toBe('Type this:');
});

test('every line is on exactly one page, in order, and no page is too long', () => {
  const blocks = fc.array(fc.array(fc.constantFrom('x', 'y', 'z'), { minLength: 1, maxLength: 30 }), { minLength: 1 });
  fc.assert(
    fc.property(blocks, fc.integer({ min: 4, max: 40 }), (given, height) => {
      const pages = paginate(given, window(height));
      for (const page of pages) expect(page.length).toBeLessThanOrEqual(height);
      expect(pages.flat().filter((line) => line !== '')).toEqual(given.flat());
    }),
  );
});

test('a text without a line is one empty page', () => {
  expect(paginate([], window(20))).toEqual([['']]);
});

test('a line that is wider than the window counts as the lines it fills there', () => {
  expect(paginate([['x'.repeat(25), 'a', 'b', 'c']], window(5, 10))).toEqual([['x'.repeat(25), 'a', 'b'], ['c']]);
  expect(paginate([['電'.repeat(6), 'a', 'b', 'c']], window(4, 10))).toEqual([['電'.repeat(6), 'a', 'b'], ['c']]);
});

test('a heading takes the beginning of a text that no page can hold', () => {
  const pages = paginate([['Heading', '───────'], Array.from({ length: 8 }, (_, line) => `line ${line}`)], window(6));
  expect(pages[0]).toEqual(['Heading', '───────', '', 'line 0', 'line 1', 'line 2']);
});
