import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UnrecoverableError, Worker } from 'bullmq';
import { onExit } from '../../target/cleanup.ts';
import { removeStale } from '../../target/sandbox.ts';
import { workbookDigest } from '../digest.ts';
import type { GradeTask, Pool } from '../isolation/index.ts';
import type { QueueAddress } from './address.ts';
import { Askers } from './askers.ts';
import { type GradeJob, type JobOutcome, knock, lockDuration, mostLosses, queueName, stalledInterval } from './jobs.ts';
import { ParcelRefused, unpack } from './parcel.ts';

export interface WorkerOptions {
  readonly address: QueueAddress;
  readonly pool: Pool;
  /** Submissions side by side. */
  readonly size: number;
  /** Says what was done, for whoever looks on. */
  readonly onGraded?: (task: GradeTask, outcome: JobOutcome) => void;
}

/** Grades what others put into the queue, until it is closed; then it ends what it has begun. Throws QueueUnreachable. */
export async function startWorker({
  address,
  pool,
  size,
  onGraded,
}: WorkerOptions): Promise<{ close(): Promise<void> }> {
  await knock(address);
  const temporary = realpathSync(tmpdir());
  removeStale(temporary);
  const askers = new Askers(address);
  const worker = new Worker<GradeJob, JobOutcome>(
    queueName,
    async ({ data }) => {
      // Its owner's process id is in the name, for `removeStale`.
      const folder = mkdtempSync(path.join(temporary, `workbook-${process.pid}-parcel-`));
      // After Ctrl-C it is needed until what was begun is graded; when this program is killed it goes.
      const release = onExit(() => {}, { folder });
      try {
        const task = accept(data, folder);
        if (!(await askers.waits(data.asker))) throw new UnrecoverableError('nobody waits for this any more');
        const outcome = withoutFolder(await pool.grade(task), folder);
        onGraded?.(task, outcome);
        return outcome;
      } finally {
        rmSync(folder, { recursive: true, force: true });
        release();
      }
    },
    {
      connection: { ...address.connection, maxRetriesPerRequest: null },
      concurrency: size,
      lockDuration,
      stalledInterval,
      maxStalledCount: mostLosses,
    },
  );
  // Redis may go away and come back; the worker waits for it.
  worker.on('error', () => {});
  await worker.waitUntilReady();
  return {
    async close() {
      await worker.close();
      askers.close();
    },
  };
}

function accept(parcel: GradeJob, folder: string): GradeTask {
  let task: GradeTask;
  try {
    task = unpack(parcel, folder);
  } catch (error) {
    if (error instanceof ParcelRefused) throw new UnrecoverableError(`the parcel was refused: ${error.message}`);
    throw error;
  }
  if (parcel.workbook !== workbookDigest(task.lab))
    throw new UnrecoverableError(
      'this worker has another version of the workbook; install the same one on every machine',
    );
  return task;
}

/** Folders of the worker are nobody's business. */
function withoutFolder(outcome: JobOutcome, folder: string): JobOutcome {
  return JSON.parse(JSON.stringify(outcome).replaceAll(JSON.stringify(folder).slice(1, -1), '')) as JobOutcome;
}
