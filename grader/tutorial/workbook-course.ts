import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { labs } from '../../labs/catalog.ts';
import type { TargetSpec } from '../target/target.ts';
import {
  type LabProgress,
  labFolder,
  openWorkplace,
  readProgress,
  recordCheck,
  solutionFolder,
  updateProgress,
} from '../workspace/index.ts';
import type { Course } from './course.ts';
import { openOracle } from './oracle.ts';
import { solutionFiles } from './solution-files.ts';
import type { Standing } from './steps.ts';

/** The labs of this workbook, the student's workspace, and the sandbox. `color` and `width` (columns) are for reports. */
export function workbookCourse(color: boolean, width: () => number): Course {
  return {
    labs,
    text: ({ folder }) => readFile(join(labFolder(folder), 'README.md'), 'utf8'),
    async prepare({ folder }) {
      const { path } = await openWorkplace(folder);
      return relative(process.cwd(), join(path, 'conf.d/default.conf'));
    },
    async check(entry, signal) {
      const [{ checkLab }, { openTarget }, { terminal }, { default: lab }] = await Promise.all([
        import('../run/index.ts'),
        import('../target/index.ts'),
        import('../reporters/terminal.ts'),
        entry.load(),
      ]);
      const spec = configuration((await openWorkplace(entry.folder)).path);
      const seed = newSeed();
      const facts = {
        kind: 'configuration',
        engine: 'reference',
        location: relative(process.cwd(), spec.path),
      } as const;
      const open = (ends: AbortSignal) => openTarget(spec, lab, seed, ends);
      const result = await checkLab(lab, open, { folder: entry.folder, seed, signal, facts });
      if (!signal.aborted) await recordCheck(result, true);
      return terminal(result, { colour: color, width: width() });
    },
    async oracle(entry, passed, signal) {
      const { default: lab } = await entry.load();
      const own = configuration((await openWorkplace(entry.folder)).path);
      const solution = configuration(solutionFolder(entry.folder));
      return openOracle(passed ? [own, solution] : [solution], lab, newSeed(), signal);
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

function configuration(path: string): Extract<TargetSpec, { kind: 'configuration' }> {
  return { kind: 'configuration', path, engine: 'reference' };
}

/** 32 bits, another one each time. */
function newSeed(): number {
  return Math.floor(Math.random() * 0x1_0000_0000);
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
