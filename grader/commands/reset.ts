import { resetWorkplace } from '../workspace/index.ts';
import { findLab, shownPath } from './labs.ts';
import { print } from './output.ts';

/** `reset LAB`: the starter again; what was there is kept beside it. */
export async function reset(word: string): Promise<number> {
  const entry = findLab(word);
  const { path, backup } = await resetWorkplace(entry.folder);
  await print(
    `${shownPath(path)} is as it was at the start.\n${backup === undefined ? '' : `What you had is in ${shownPath(backup)}\n`}`,
  );
  return 0;
}
