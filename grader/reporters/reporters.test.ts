import { describe, expect, test } from 'vitest';
import { mixed, notStarted } from '../testing/fake-result.ts';
import { github } from './github.ts';
import { formats, reporter } from './index.ts';
import { json } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { terminal } from './terminal.ts';
import { harmless, wrap } from './text.ts';

describe('terminal', () => {
  test('shows each objective, and under a failed one what it takes to mend it', async () => {
    await expect(terminal(mixed, { width: 90 })).toMatchFileSnapshot('./golden/mixed.txt');
  });

  test('shows the line that keeps the server from starting, and nothing about objectives', async () => {
    await expect(terminal(notStarted, { width: 90 })).toMatchFileSnapshot('./golden/not-started.txt');
  });

  test('has no escape codes without colour, whatever the server sent', () => {
    expect(terminal(mixed, { verbose: true })).not.toContain('\u001b');
    expect(terminal(mixed, { colour: true })).toContain('\u001b[31m✗');
  });

  test('says the same with and without colour', () => {
    const plain = terminal(mixed, { colour: true }).replace(/\u001b\[\d+m/g, '');
    expect(plain).toBe(terminal(mixed));
  });

  test('shows what went over the wire only when asked to', () => {
    expect(terminal(mixed)).not.toContain('GET /whoami HTTP/1.1');
    expect(terminal(mixed, { verbose: true })).toContain('> GET /whoami HTTP/1.1');
  });

  test('names the next lab after a pass', () => {
    expect(terminal({ ...mixed, outcome: 'passed' }, { next: 'npm run check lab4' })).toContain('npm run check lab4');
  });

  test('says how to repeat a run that the grader itself broke', () => {
    expect(terminal({ ...mixed, outcome: 'error' })).toContain('npm run check lab3 -- --seed 7 --verbose');
  });
});

test('json is the result itself, or an array of results', () => {
  expect(JSON.parse(json(mixed))).toEqual(mixed);
  expect(JSON.parse(json([mixed, notStarted]))).toEqual([mixed, notStarted]);
});

test('junit counts what is in it, escapes, and leaves out what XML forbids', async () => {
  const xml = junit([mixed]);
  expect(xml).toContain('tests="4" failures="2" errors="0" skipped="1" time="0.612"');
  expect(xml).not.toContain('\u001b');
  await expect(xml).toMatchFileSnapshot('./golden/mixed.junit.xml');
});

test('markdown escapes what came from the server, and stays below the size that GitHub takes', async () => {
  await expect(markdown([mixed])).toMatchFileSnapshot('./golden/mixed.md.txt');
  const many = Array.from({ length: 2000 }, () => mixed);
  expect(Buffer.byteLength(markdown(many))).toBeLessThan(1024 * 1024);
  expect(markdown(many)).toContain('more results are left out');
});

test('github says the total first, and escapes its own separators', async () => {
  const lines = github([mixed]).trimEnd().split('\n');
  expect(lines[0]).toBe('::error title=Lab 3 · A load balancer::failed: 25 of 100, stretch 0 of 20');
  expect(lines).toHaveLength(4);
  expect(lines[1]).toContain('100%25');
  expect(lines[1]).toContain('title=Each of the two instances gets half of the requests%2C identical');
});

test('every format has its reporter', async () => {
  for (const format of formats) expect((await reporter(format))([mixed])).not.toBe('');
});

test('control characters are shown, not obeyed', () => {
  expect(harmless('a\u001b[2Jb\rc\u202e')).toBe('a\\x1b[2Jb\\x0dc\\x202e');
});

test('text is broken at spaces, and a long word stays whole', () => {
  expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
  expect(wrap('https://nginx.org/en/docs/ x', 8)).toEqual(['https://nginx.org/en/docs/', 'x']);
});
