import type { LabResult } from '../result.ts';
import type { CatalogEntry } from './labs.ts';
import type { ProgressLine } from './progress-line.ts';
import type { Chosen } from './target.ts';

export interface RunOptions {
  readonly seed: number;
  readonly only: readonly string[];
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
}

/** One lab on one target, with everything that is needed for it loaded only now. Throws what checkLab throws. */
export async function runCheck(
  entry: Pick<CatalogEntry, 'number' | 'title' | 'folder' | 'load'>,
  chosen: Chosen,
  options: RunOptions,
): Promise<LabResult> {
  const { progress, seed, only, signal } = options;
  progress.show(`Lab ${entry.number} · ${entry.title}: starting the server`);
  const { prepareServer } = await import('../target/prepare.ts');
  const prepared = prepareServer(chosen.spec);
  try {
    const [{ default: lab }, { openTarget }, { checkLab }] = await Promise.all([
      entry.load(),
      import('../target/index.ts'),
      import('../run/index.ts'),
    ]);
    return await checkLab(lab, (ending) => openTarget(chosen.spec, lab, seed, ending, { prepared, trace: true }), {
      folder: entry.folder,
      seed,
      only,
      signal,
      facts: chosen.facts,
      onProgress: (event) => {
        if (event.kind === 'objective')
          progress.show(`Lab ${entry.number}  ${event.index + 1} of ${event.of}  ${event.objective.title}`);
      },
    });
  } finally {
    await prepared?.end();
    progress.clear();
  }
}
