import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { labs } from '../../labs/catalog.ts';
import { type Chosen, chooseTargets } from '../commands/target.ts';
import { newSeed } from '../random.ts';
import {
  type LabProgress,
  labFolder,
  openWorkplace,
  readProgress,
  recordCheck,
  solutionFolder,
  updateProgress,
} from '../workspace/index.ts';
import type { Course, CourseLab } from './course.ts';
import { solutionFiles } from './solution-files.ts';
import type { Standing } from './steps.ts';

/** The labs of this workbook, the student's workspace, and the sandbox. `color` and `width` (columns) are for reports. */
export function workbookCourse(color: boolean, width: () => number): Course {
  return {
    labs,
    text: ({ folder }) => readFile(join(labFolder(folder), 'README.md'), 'utf8'),
    async prepare({ folder }) {
      const { path } = await openWorkplace(folder);
      const whole = join(path, 'nginx.conf');
      const file = existsSync(whole) ? whole : join(path, 'conf.d/default.conf');
      const short = relative(process.cwd(), file);
      return short.startsWith('..') ? file : short;
    },
    async check(entry, signal) {
      const [{ runCheck }, { createProgressLine }, { terminal }] = await Promise.all([
        import('../commands/run-check.ts'),
        import('../commands/progress-line.ts'),
        import('../reporters/terminal.ts'),
      ]);
      const chosen = await target(entry, {});
      const progress = createProgressLine();
      const result = await runCheck(entry, chosen, { seed: newSeed(), only: [], signal, progress });
      if (!signal.aborted) await recordCheck(result, true);
      return terminal(result, { colour: color, width: width() });
    },
    async oracle(entry, passed, signal) {
      const { default: lab } = await entry.load();
      const chosen = [await target(entry, { solution: true })];
      if (passed) chosen.unshift(await target(entry, {}));
      const { openOracle } = await import('./oracle.ts');
      return openOracle(
        chosen.map(({ spec }) => spec),
        lab,
        newSeed(),
        signal,
      );
    },
    solution: ({ folder }) => solutionFiles(solutionFolder(folder)),
    standing: async ({ folder }) => standingOf((await readProgress()).labs[folder] ?? {}),
    note: ({ folder }, change) => updateProgress(folder, (before) => ({ ...before, ...change })),
    hintGiven: ({ folder }, { id }) =>
      updateProgress(folder, (before) => ({
        ...before,
        hints: { ...before.hints, [id]: (before.hints?.[id] ?? 0) + 1 },
      })),
    opened: ({ folder }) => updateProgress(folder, (before) => ({ ...before, openedAt: new Date().toISOString() })),
    async last() {
      const opened = Object.entries((await readProgress()).labs).filter(([, lab]) => lab.openedAt !== undefined);
      return opened.sort(([, a], [, b]) => (a.openedAt! < b.openedAt! ? 1 : -1))[0]?.[0];
    },
  };
}

/** The student's own files or the solution, on the reference proxy. */
async function target(entry: CourseLab, options: { readonly solution?: boolean }): Promise<Chosen> {
  const [chosen] = await chooseTargets(entry, options);
  return chosen!;
}

function standingOf(progress: LabProgress): Standing {
  const { lastCheck } = progress;
  return {
    passed: progress.passedAt !== undefined,
    earned: lastCheck?.earned ?? 0,
    read: progress.read ?? 0,
    predicted: progress.predicted ?? 0,
    hints: progress.hints ?? {},
    ...(lastCheck !== undefined && { unmet: lastCheck.failed }),
  };
}
