import { watch as watchFiles } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type CheckCommandOptions, check } from './check.ts';
import { ended, onInterrupt } from './interrupt.ts';
import { existingPath, findLab } from './labs.ts';
import { chooseTargets } from './target.ts';
import { UsageError } from './usage.ts';

/** ms without a change before a check begins: editors save in several steps. */
const calm = 120;

/** `watch LAB`: checks, and again after each save, until Ctrl-C. */
export async function watch(word: string, options: CheckCommandOptions): Promise<number> {
  const entry = findLab(word);
  if (options.target !== undefined || options.command !== undefined)
    throw new UsageError('watch needs files to watch: a live server or a command has none here.');
  const [chosen] = await chooseTargets(entry, options);
  const named = options.config ?? options.program;
  const place =
    named === undefined ? chosen?.workplace : existingPath(named, options.config ? '--config' : '--program');
  if (place === undefined) throw new UsageError('watch is for your own files; the solution does not change.');

  const interrupt = onInterrupt({ alsoUnread: true });
  let wake: (() => void) | undefined;
  let changed = false;
  // A file is watched through its folder, for editors replace files instead of writing them.
  const isFile = named !== undefined && /\.[a-z]+$/i.test(place);
  const watcher = watchFiles(isFile ? dirname(place) : place, { recursive: !isFile }, (_event, name) => {
    if (isFile && name !== basename(place)) return;
    if (name !== null && /(^|[/\\])(\.|#|4913$)|~$|\.sw[a-z]$/.test(name)) return;
    changed = true;
    wake?.();
  });
  try {
    while (!interrupt.signal.aborted) {
      changed = false;
      if (process.stdout.isTTY) process.stdout.write('\u001b[2J\u001b[3J\u001b[H');
      await check(word, options);
      if (interrupt.signal.aborted) break;
      if (process.stderr.isTTY) process.stderr.write('  Watching: save a file to check again, Ctrl-C to end.\n');
      await settledChange();
    }
  } finally {
    watcher.close();
    interrupt.release();
  }
  return 0;

  async function settledChange(): Promise<void> {
    while (!changed && !interrupt.signal.aborted) {
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
        ended(interrupt.signal),
      ]);
    }
    for (let quiet = false; !quiet && !interrupt.signal.aborted; ) {
      changed = false;
      await new Promise((resolve) => setTimeout(resolve, calm));
      quiet = !changed;
    }
  }
}
