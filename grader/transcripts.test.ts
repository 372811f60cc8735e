import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normalised, replay, runs } from '../docs/transcripts/replay.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFile(join(root, file), 'utf8');

test('the transcript of lab 3 is what happens (npm run docs:transcripts writes it anew)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'transcript-'));
  try {
    const written = await read('docs/transcripts/lab3.md');
    expect(runs(written).length).toBeGreaterThan(4);
    const now = await replay(written, folder);
    expect(runs(written).map(normalised)).toEqual(runs(now).map(normalised));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('the README shows two checks of that transcript', async () => {
  const checks = runs(await read('docs/transcripts/lab3.md')).filter((run) => run.startsWith('$ npm run check lab3'));
  expect(runs(await read('README.md'))).toEqual(checks.slice(1, 3));
});

test('times and made-up words are all that may differ', () => {
  const one = "try curl 'http://127.0.0.1/status?mark=xfffigsceo-31'\n passed 0.58 s";
  expect(normalised(one)).toBe(normalised(one.replace('xfffigsceo', 'abcdefghij').replace('0.58', '24.43')));
  expect(normalised(one)).not.toBe(normalised(one.replace('passed', 'failed')));
});
