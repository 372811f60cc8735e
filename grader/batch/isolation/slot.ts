import { fileURLToPath } from 'node:url';
import type { Isolation } from './isolation.ts';
import { type GradeOutcome, type GradeTask, needsIsolation } from './task.ts';
import { plainWorker, shutInWorker } from './worker-command.ts';
import { WorkerProcess } from './worker-process.ts';

const program = fileURLToPath(new URL('worker.mjs', import.meta.url));

/** Configurations that one worker grades before another takes its place, so that nothing can pile up. */
const tasksPerWorker = 200;

/** Slots of one pool at most; users of submissions are told apart by them. */
const mostSlots = 64;

/** One of the pool's places: it has a worker when it needs one, for tasks that come one after another. */
export class Slot {
  readonly #isolation: Isolation;
  readonly #number: number;
  /** The worker for live servers has a network, the other none. */
  readonly #workers = new Map<'shut' | 'open', WorkerProcess>();
  #closed = false;

  constructor(isolation: Isolation, number: number) {
    this.#isolation = isolation;
    this.#number = number;
  }

  /** Throws WorkerLost when the worker dies, or takes longer than `timeLimit` ms. */
  async grade(task: GradeTask, timeLimit: number): Promise<GradeOutcome> {
    if (this.#closed) throw new Error('the pool was closed');
    const kind = task.spec.kind === 'live' ? 'open' : 'shut';
    const worker = this.#workers.get(kind) ?? new WorkerProcess(this.#command(kind));
    this.#workers.set(kind, worker);
    let keep = false;
    try {
      const outcome = await worker.grade(task, timeLimit);
      // A program's worker is never used again: whatever it left behind goes with it.
      const stopped = outcome.kind === 'graded' && outcome.stopped !== undefined;
      keep = !needsIsolation(task) && !stopped && worker.graded < tasksPerWorker;
      return outcome;
    } finally {
      if (!keep) {
        this.#workers.delete(kind);
        await worker.stop();
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
  }

  #command(kind: 'shut' | 'open') {
    if (this.#isolation.kind === 'none') return plainWorker(program);
    const { shutIn } = this.#isolation;
    const user = shutIn.user === undefined ? {} : { user: shutIn.user + (process.pid * mostSlots + this.#number) };
    return shutInWorker(program, { ...shutIn, ...user }, kind === 'open');
  }
}
