import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { labs } from '../labs/catalog.ts';
import { createProgressLine } from './commands/progress-line.ts';
import { runCheck } from './commands/run-check.ts';
import { chooseTargets } from './commands/target.ts';
import { solutionFolder } from './workspace/index.ts';

/**
 * Every solution, again and again, on both engines and as a program: a right answer that fails once in a hundred runs is
 * a wrong verdict. `npm run soak -- --runs 100 --lab 3 --engine both`. Prints counts of runs and objectives, and the seed
 * of each run in which something was not met. What a target can't show (a program has no access log) is counted apart.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    lab: { type: 'string' },
    engine: { type: 'string', default: 'both' },
  },
});
const runs = Number(values.runs);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
const progress = createProgressLine();
let unsound = 0;

for (const entry of labs) {
  if (values.lab !== undefined && String(entry.number) !== values.lab) continue;
  const ways = [
    ...(await chooseTargets(entry, { solution: true, engine: values.engine })),
    ...(existsSync(join(solutionFolder(entry.folder), 'proxy.ts'))
      ? await chooseTargets(entry, { solution: true, build: true })
      : []),
  ];
  for (const chosen of ways) {
    const durations: number[] = [];
    const counts = { passed: 0, failed: 0, error: 0, skipped: 0 };
    const failed: string[] = [];
    for (let run = 1; run <= runs && !stop.signal.aborted; run++) {
      const seed = Math.floor(Math.random() * 2 ** 32);
      const quiet = { show: () => progress.show(`${entry.folder} ${run} of ${runs}`), clear: () => progress.clear() };
      try {
        const result = await runCheck(entry, chosen, { seed, only: [], signal: stop.signal, progress: quiet });
        durations.push(result.durationMs);
        for (const { outcome } of result.objectives) counts[outcome]++;
        const bad = result.objectives
          .filter(({ outcome, points }) => outcome !== 'passed' && (outcome !== 'skipped' || points.possible > 0))
          .map(({ id, outcome, expected, received }) => `${id} ${outcome}: expected ${expected}, received ${received}`);
        if (bad.length > 0 || !result.startup.ok) failed.push(`seed ${seed}: ${bad.join('; ') || 'did not start'}`);
      } catch (error) {
        failed.push(`seed ${seed}: ${(error as Error).message}`);
      }
    }
    unsound += failed.length;
    const median = durations.toSorted((a, b) => a - b)[durations.length >> 1] ?? 0;
    const what = chosen.facts.engine ?? 'proxy.ts';
    console.log(
      `${entry.folder.padEnd(22)} ${what.padEnd(10)} ${durations.length} runs, ${failed.length} not all passed, median ${median} ms; ` +
        `objectives: ${counts.passed} passed, ${counts.failed} failed, ${counts.error} errors, ${counts.skipped} not to be seen`,
    );
    for (const line of failed) console.log(`    ${line}`);
  }
}
process.exitCode = unsound > 0 ? 1 : 0;
