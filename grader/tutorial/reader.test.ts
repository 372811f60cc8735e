import { expect, test } from 'vitest';
import { browse, read } from './reader.ts';
import { Left, resize } from './terminal.ts';
import { scripted } from './testing/scripted.ts';

const report = (objectives: number) =>
  Array.from({ length: objectives }, (_, i) => `  ✗ objective ${i}\n\n      expected  a\n      received  b`).join(
    '\n\n',
  );

test('a report that leaves room for the menu is shown whole', async () => {
  const { terminal, screen } = scripted([]);
  await browse(terminal, report(1));
  expect(screen()).toContain(report(1));
});

test('a report that would scroll away is shown from its beginning, page by page', async () => {
  const { terminal, screen, left } = scripted(['enter', 'enter']);
  await browse(terminal, report(6));
  const [first = '', second = ''] = screen().split(/page 1 of 2.*\n/);
  expect(first).toContain('objective 0');
  expect(first.split('\n').length).toBeLessThan(24);
  expect(second).toContain('objective 5');
  expect(left()).toBe(0);
});

test('a window that changes its size keeps the place in the text', async () => {
  const size = { width: 80, height: 24 };
  const text = Array.from({ length: 60 }, (_, line) => `Paragraph ${line}.`).join('\n\n');
  const shown: string[] = [];
  const { terminal, screen } = scripted(['enter', 'enter', { press: resize }, { press: 'q' }], size);
  await read(terminal, text, 0, async ({ page }) => {
    shown.push(screen().slice(shown.join('').length));
    if (page === 2) size.height = 16;
  });
  const first = (page: string) => Number(/Paragraph (\d+)/.exec(page.slice(page.lastIndexOf('lab')))?.[1]);
  const [, , before = '', after = ''] = shown;
  expect(after.split('\n').length).toBeLessThan(18);
  expect(Math.abs(first(after) - first(before))).toBeLessThan(8);
});

test('what can be pressed stays on one line of a narrow window', async () => {
  const { terminal, screen } = scripted(['enter', 'leave'], { width: 40, height: 15 });
  const text = Array.from({ length: 99 }, () => 'A line.').join('\n\n');
  await expect(read(terminal, text, 0, async () => {})).rejects.toThrow(Left);
  for (const line of screen().split('\n')) expect(line.length).toBeLessThan(40);
  expect(screen()).toContain('b: back');
});
