import { expect, test } from 'vitest';
import { browse } from './reader.ts';
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
