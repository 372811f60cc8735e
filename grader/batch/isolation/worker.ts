import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { labs } from '../../../labs/catalog.ts';
import type { LabResult } from '../../result.ts';
import { checkLab } from '../../run/index.ts';
import { onExit } from '../../target/cleanup.ts';
import { hostingReference } from '../../target/engine.ts';
import { openTarget } from '../../target/index.ts';
import { type Launcher, plainLauncher } from '../../target/launcher.ts';
import { ServerHost } from '../../target/server-host.ts';
import type { TargetSpec } from '../../target/target.ts';
import type { SubmissionProblem } from '../graded.ts';
import { createLauncher } from './launcher.ts';
import { stageProgram, TooLarge } from './stage.ts';
import { type GradeOutcome, type GradeTask, needsIsolation, type Request } from './task.ts';
import { Watch } from './watch.ts';
import type { ShutIn } from './worker-command.ts';

/** A worker of the pool: grades what its parent sends, one task at a time, and ends when the parent is gone. */
const { shutIn } = JSON.parse(process.argv[2] ?? '{}') as { readonly shutIn?: ShutIn };

/** Its process starts with the first configuration that needs it. */
const host = new ServerHost(hostingReference);

process.umask(0o022);
process.on('message', async ({ task }: Request) => {
  process.send?.(await grade(task));
});
process.once('disconnect', () => process.exit());
// The parent may have gone while this was being read.
if (process.channel === undefined) process.exit();

async function grade(task: GradeTask): Promise<GradeOutcome> {
  const stage = mkdtempSync(path.join(tmpdir(), 'workbook-stage-'));
  const remove = () => rmSync(stage, { recursive: true, force: true });
  const release = onExit(remove, { folder: stage });
  const watch = shutIn === undefined ? undefined : new Watch();
  try {
    const entry = labs.find(({ folder }) => folder === task.lab);
    if (entry === undefined) return problem('grader', `there is no lab "${task.lab}"`);
    const { default: lab } = await entry.load();
    const isProgram = task.spec.kind === 'program' || task.spec.kind === 'command';
    const spec: TargetSpec = isProgram ? stageProgram(task, task.spec, stage) : task.spec;
    const launcher = launcherFor(task, isProgram ? stage : undefined);
    const result = await checkLab(
      lab,
      (signal) => openTarget(spec, lab, task.seed, signal, { launcher, host, trace: true }),
      {
        folder: task.lab,
        seed: task.seed,
        facts: task.facts,
      },
    );
    const stopped = watch?.stopped;
    return stopped === undefined
      ? { kind: 'graded', result }
      : { kind: 'graded', result: blamed(result, stopped), stopped };
  } catch (error) {
    return problem(error instanceof TooLarge ? 'too-large' : 'grader', (error as Error).message);
  } finally {
    watch?.end();
    remove();
    release();
  }
}

/** The reference proxy is our own, and what it is told to do was looked through before; the worker's walls are enough. */
function launcherFor(task: GradeTask, stage: string | undefined): Launcher {
  if (shutIn === undefined || !needsIsolation(task)) return plainLauncher;
  return createLauncher({ ...shutIn, ...(stage !== undefined && { stage }) });
}

/** What failed after a submission was stopped is its own fault, not the grader's. */
function blamed(result: LabResult, stopped: string): LabResult {
  const objectives = result.objectives.map((objective) =>
    objective.outcome === 'error' ? { ...objective, outcome: 'failed' as const, received: stopped } : objective,
  );
  return {
    ...result,
    outcome: result.outcome === 'error' ? 'failed' : result.outcome,
    startup: { ...result.startup, messages: [...result.startup.messages, { severity: 'alert', text: stopped }] },
    objectives,
  };
}

function problem(kind: SubmissionProblem['kind'], reason: string): GradeOutcome {
  return { kind: 'problem', problem: { kind, reason } };
}
