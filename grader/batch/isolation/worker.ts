import { labs } from '../../../labs/catalog.ts';
import { checkLab } from '../../run/index.ts';
import { openTarget } from '../../target/index.ts';
import type { GradeOutcome, GradeTask, Request } from './task.ts';

/** A worker of the pool: grades what its parent sends, one task at a time, and ends when the parent is gone. */
process.on('message', async ({ task }: Request) => {
  process.send?.(await reply(task));
});
process.once('disconnect', () => process.exit());

async function reply(task: GradeTask): Promise<GradeOutcome> {
  try {
    const entry = labs.find(({ folder }) => folder === task.lab);
    if (entry === undefined) return problem(`there is no lab "${task.lab}"`);
    const { default: lab } = await entry.load();
    const result = await checkLab(lab, (signal) => openTarget(task.spec, lab, task.seed, signal), {
      folder: task.lab,
      seed: task.seed,
      facts: task.facts,
    });
    return { kind: 'graded', result };
  } catch (error) {
    return problem((error as Error).message);
  }
}

function problem(reason: string): GradeOutcome {
  return { kind: 'problem', problem: { kind: 'grader', reason } };
}
