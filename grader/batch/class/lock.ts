import { DatabaseSync } from 'node:sqlite';

/** Another run works on the same results. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

/**
 * Keeps a second run out of the same results. The operating system gives the lock back however this process ends, so none is
 * ever left behind. Returns what unlocks them. Throws Busy.
 */
export function lockResults(file: string): () => void {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new Busy(`another run is writing these results (${(error as Error).message})`);
  }
  return () => database.close();
}
