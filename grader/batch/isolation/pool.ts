import PQueue from 'p-queue';
import type { Isolation } from './isolation.ts';
import { Slot } from './slot.ts';
import { type GradeOutcome, type GradeTask, needsIsolation } from './task.ts';
import { WorkerLost } from './worker-process.ts';

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
const submissionTimeLimit = 150_000;

export function createPool({ size, isolation, trust }: PoolOptions): Pool {
  const queue = new PQueue({ concurrency: size });
  const slots = Array.from({ length: size }, (_, number) => new Slot(isolation, number));
  const free = [...slots];
  const closed = new AbortController();

  const attempt = async (task: GradeTask): Promise<GradeOutcome> => {
    const slot = free.pop()!;
    try {
      return await slot.grade(task, task.timeLimit ?? submissionTimeLimit);
    } finally {
      free.push(slot);
    }
  };

  /** A worker that dies may have died of something else than its task; one whose time is up was given enough. */
  const twice = async (task: GradeTask): Promise<GradeOutcome> => {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(task);
      } catch (error) {
        closed.signal.throwIfAborted();
        if (!(error instanceof WorkerLost)) throw error;
        if (tries === 2 || error.kind === 'time-limit')
          return { kind: 'problem', problem: { kind: error.kind, reason: error.message } };
      }
    }
  };

  return {
    async grade(task) {
      if (needsIsolation(task) && isolation.kind === 'none' && !trust) return refusal(task, isolation.reason);
      return queue.add(() => twice(task), { signal: closed.signal });
    },
    async close() {
      closed.abort(new Error('the pool was closed'));
      await Promise.all(slots.map((slot) => slot.close()));
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
