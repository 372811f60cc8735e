import PQueue from 'p-queue';
import type { Isolation } from './isolation.ts';
import { type GradeOutcome, type GradeTask, needsIsolation } from './task.ts';
import { WorkerLost, WorkerProcess } from './worker-process.ts';

export interface PoolOptions {
  /** Submissions that are graded side by side. */
  readonly size: number;
  /** From `findIsolation`. */
  readonly isolation: Isolation;
  /** Whether programs and nginx may run where there is no isolation. */
  readonly trust: boolean;
}

/** Grades tasks in processes of their own; what one of them does costs only itself. */
export interface Pool {
  /** Waits for a free worker. Rejects only when the pool is closed before there is an outcome. */
  grade(task: GradeTask): Promise<GradeOutcome>;
  /** Kills what is being graded, and ends every worker. */
  close(): Promise<void>;
}

/** ms for one submission, start and end of its servers included. */
const submissionTimeLimit = 90_000;

/** Configurations that one worker grades before another takes its place, so that nothing can pile up. */
const tasksPerWorker = 50;

export function createPool({ size, isolation, trust }: PoolOptions): Pool {
  const queue = new PQueue({ concurrency: size });
  const idle: WorkerProcess[] = [];
  const busy = new Set<WorkerProcess>();
  const closed = new AbortController();

  const take = (): WorkerProcess => {
    const worker = idle.pop() ?? new WorkerProcess((command) => command);
    busy.add(worker);
    return worker;
  };
  const giveBack = async (worker: WorkerProcess, keep: boolean): Promise<void> => {
    if (keep && worker.graded < tasksPerWorker && !closed.signal.aborted) idle.push(worker);
    else await worker.stop();
    busy.delete(worker);
  };
  const attempt = async (task: GradeTask): Promise<GradeOutcome> => {
    const worker = take();
    let clean = false;
    try {
      const outcome = await worker.grade(task, task.timeLimit ?? submissionTimeLimit);
      clean = !needsIsolation(task);
      return outcome;
    } finally {
      await giveBack(worker, clean);
    }
  };

  return {
    async grade(task) {
      if (needsIsolation(task) && isolation.kind === 'none' && !trust) return refusal(task, isolation.reason);
      return queue.add(
        async () => {
          for (let tries = 1; ; tries++) {
            closed.signal.throwIfAborted();
            try {
              return await attempt(task);
            } catch (error) {
              closed.signal.throwIfAborted();
              if (!(error instanceof WorkerLost)) throw error;
              if (tries === 2) return { kind: 'problem', problem: { kind: error.kind, reason: error.message } };
            }
          }
        },
        { signal: closed.signal },
      );
    },
    async close() {
      closed.abort(new Error('the pool was closed'));
      await Promise.all([...idle, ...busy].map((worker) => worker.stop()));
      await queue.onIdle();
    },
  };
}

function refusal({ spec }: GradeTask, reason: string): GradeOutcome {
  const what = spec.kind === 'configuration' ? 'nginx' : 'a program';
  return {
    kind: 'problem',
    problem: {
      kind: 'no-isolation',
      reason: `${what} can't be shut in on this machine: ${reason}. If the submissions are to be trusted, say --trust`,
    },
  };
}
