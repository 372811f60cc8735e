import type { Lab, Objective } from '../lab.ts';
import { wrap } from '../reporters/text.ts';
import { type LabProgress, readProgress, updateProgress } from '../workspace/index.ts';
import { findLab } from './labs.ts';
import { print } from './output.ts';
import { UsageError } from './usage.ts';

/** A hint to show, and how many have been shown with it. */
export interface NextHint {
  readonly objective: Objective;
  readonly hint: string;
  readonly number: number;
  /** All of this objective's hints were shown before; this is the last one again. */
  readonly exhausted: boolean;
}

/** The next hint: of the named objective, or of the first one that failed in the last check, or of the first of all. */
export function nextHint(lab: Lab, progress: LabProgress, id: string | undefined): NextHint | undefined {
  const objective =
    id === undefined
      ? (lab.objectives.find((one) => progress.lastCheck?.failed.includes(one.id)) ??
        (progress.lastCheck?.outcome === 'passed' ? undefined : lab.objectives[0]))
      : lab.objectives.find((one) => one.id === id || one.id === `lab${lab.number}.${id}`);
  if (objective === undefined) return undefined;
  const shown = progress.hints?.[objective.id] ?? 0;
  const number = Math.min(shown + 1, objective.hints.length);
  return { objective, hint: objective.hints[number - 1] ?? '', number, exhausted: shown >= objective.hints.length };
}

/** `hint LAB [OBJECTIVE]`: shows one more hint each time, and remembers. */
export async function hint(word: string, id: string | undefined): Promise<number> {
  const entry = findLab(word);
  const { default: lab } = await entry.load();
  const progress = (await readProgress()).labs[entry.folder] ?? {};
  const next = nextHint(lab, progress, id);
  if (next === undefined) {
    if (id !== undefined)
      throw new UsageError(
        `lab${lab.number} has no objective "${id}". It has:\n${lab.objectives.map((one) => `  ${one.id}`).join('\n')}`,
      );
    await print(`Lab ${lab.number} is done: nothing failed in the last check.\n`);
    return 0;
  }
  await updateProgress(entry.folder, (before) => ({
    ...before,
    hints: { ...before.hints, [next.objective.id]: next.number },
  }));
  await print(describe(next, lab.number));
  return 0;
}

function describe({ objective, hint, number, exhausted }: NextHint, lab: number): string {
  const left = objective.hints.length - number;
  const after = exhausted
    ? `That is the last one. The manual: ${objective.manual}\nThe solution, if you want it: npm run solution lab${lab}`
    : left > 0
      ? `${left} more: npm run hint lab${lab}`
      : `The manual: ${objective.manual}`;
  const width = Math.min(process.stdout.columns ?? 80, 100) - 2;
  const said = wrap(`Hint ${number} of ${objective.hints.length}: ${hint}`, width - 2).map((line) => `  ${line}`);
  return `\n${[...wrap(objective.title, width), '', ...said].join('\n')}\n\n${after}\n`;
}
