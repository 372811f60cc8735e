import { describe, expect, test } from 'vitest';
import { mixed, notStarted } from '../testing/fake-result.ts';
import { type SummaryRow, summary } from './summary.ts';

const passed = { ...mixed, outcome: 'passed', score: { ...mixed.score, earned: 100, stretchEarned: 20 } } as const;
const rows: readonly SummaryRow[] = [
  { number: 1, title: 'A web server that answers', result: passed },
  { number: 3, title: 'A load balancer', result: mixed },
  { number: 5, title: 'HTTPS, and nothing else', result: notStarted },
  { number: 6, title: 'Several sites on one server', result: undefined, instead: 'not begun' },
];

describe('the summary of all labs', () => {
  test('has a row for each, and says what to mend and what to do next', () => {
    expect(summary(rows)).toBe(`
  All labs

  ✓  1  A web server that answers       100/100  +20/20   0.61 s
  ✗  3  A load balancer                  25/100   +0/20   0.61 s  even-distrib…
  ✗  5  HTTPS, and nothing else           0/100   +0/20   0.61 s  did not start
  –  6  Several sites on one server     not begun

  1 of 4 labs passed   125 of 300 points   stretch +20 of 60   1.84 s

  next  npm run hint lab3

`);
  });

  test('fits narrow windows', () => {
    const lines = summary(rows, { width: 50 }).split('\n');
    expect(lines.filter((line) => line.length > 50)).toEqual([]);
    expect(lines).toContain('        even-distribution');
  });

  test.each([
    [[rows[0]!, rows[3]!], 'npm run check lab6'],
    [[rows[2]!], 'npm run check lab5'],
    [[rows[0]!], undefined],
  ])('goes on with the first lab that is not passed', (some, next) => {
    expect(/next +(.*)/.exec(summary(some))?.[1]).toBe(next);
  });

  test('names engines where there are several, and counts a lab once', () => {
    const nginx = { ...rows[0]!, result: { ...passed, target: { ...passed.target, engine: 'nginx' as const } } };
    const text = summary([rows[0]!, nginx]);
    expect(text).toContain('(nginx)');
    expect(text).toContain('1 of 1 labs passed');
  });
});
