import { availableParallelism } from 'node:os';
import type { Pool } from '../batch/isolation/index.ts';
import { ended, onInterrupt } from './interrupt.ts';
import { labelOf, queueAddress } from './queue-address.ts';
import { exitCodes, UsageError } from './usage.ts';

export interface WorkerCommandOptions {
  readonly queue?: string | true;
  readonly parallel?: string;
  readonly trust?: boolean;
}

/** `worker --queue redis://HOST`: grades what `grade --queue` puts there, until Ctrl-C; then it ends what it has begun. */
export async function worker({ queue, parallel, trust = false }: WorkerCommandOptions): Promise<number> {
  const address = queueAddress(queue);
  const size = parallel === undefined ? availableParallelism() : Number(parallel);
  if (!Number.isInteger(size) || size < 1 || size > 256)
    throw new UsageError(`--parallel: "${parallel}" is not a number from 1 to 256`);
  const [{ createPool, findIsolation }, { startWorker }, { QueueUnreachable }] = await Promise.all([
    import('../batch/isolation/index.ts'),
    import('../batch/machines/worker.ts'),
    import('../batch/machines/jobs.ts'),
  ]);
  const interrupt = onInterrupt();
  let pool: Pool | undefined;
  try {
    pool = createPool({ size, isolation: await findIsolation(interrupt.signal), trust });
    const running = await startWorker({
      address,
      pool,
      size,
      onGraded: (task, outcome) => process.stderr.write(`${labelOf(task, outcome)}\n`),
    });
    process.stderr.write(`Grading for ${address.shown}, ${size} at a time; Ctrl-C ends it.\n`);
    await ended(interrupt.signal);
    process.stderr.write('Ending; what is begun is graded first.\n');
    await running.close();
    return exitCodes.passed;
  } catch (error) {
    if (interrupt.signal.aborted) return exitCodes.passed;
    if (error instanceof QueueUnreachable) throw new UsageError(error.message);
    throw error;
  } finally {
    await pool?.close();
    interrupt.release();
  }
}
