import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replay, runs } from './replay.ts';

/** `npm run docs:transcripts`: writes the transcript of lab 3 anew, and the two checks of it that the README shows. */
const root = join(import.meta.dirname, '../..');
const transcript = join(import.meta.dirname, 'lab3.md');
const readme = join(root, 'README.md');

const folder = await mkdtemp(join(tmpdir(), 'transcript-'));
try {
  const text = await replay(await readFile(transcript, 'utf8'), folder);
  await writeFile(transcript, text);
  const fresh = runs(text).filter((run) => run.startsWith('$ npm run check lab3'));
  let shown = await readFile(readme, 'utf8');
  // The README shows the second check, which fails, and the third, which passes.
  for (const [index, old] of runs(shown).entries()) shown = shown.replace(old, () => fresh[index + 1]!);
  await writeFile(readme, shown);
} finally {
  await rm(folder, { recursive: true, force: true });
}
