import { randomUUID } from 'node:crypto';
import { type Job, Queue, QueueEvents } from 'bullmq';
import { workbookDigest } from '../digest.ts';
import type { GradeOutcome, GradeTask } from '../isolation/index.ts';
import type { Queue as GradeQueue } from '../queue.ts';
import type { QueueAddress } from './address.ts';
import { Askers } from './askers.ts';
import { finished, type GradeJob, type JobOutcome, knock, queueName } from './jobs.ts';
import { ParcelTooLarge, pack } from './parcel.ts';

/** seconds that Redis keeps what nobody asks for any more, when the grader was killed. */
const keptSeconds = 3600;

/**
 * Hands tasks to the workers of other machines, by way of Redis. A worker that dies loses nothing: another one gets its work.
 * `size` is how many are handed over at a time. Throws QueueUnreachable.
 */
export async function openQueue(
  address: QueueAddress,
  size: number,
): Promise<GradeQueue & { workers(): Promise<number> }> {
  await knock(address);
  const connection = { ...address.connection, maxRetriesPerRequest: null };
  const queue = new Queue<GradeJob, JobOutcome, 'grade'>(queueName, { connection });
  const events = new QueueEvents(queueName, { connection });
  // Each job that is waited for listens to both.
  queue.setMaxListeners(0);
  events.setMaxListeners(0);
  // Redis may go away and come back: what is wrong for good ends in a rejection of the calls below.
  queue.on('error', () => {});
  events.on('error', () => {});
  await events.waitUntilReady();
  const asker = randomUUID();
  const askers = new Askers(address);
  await askers.enter(asker);
  await removeOrphans(queue, askers);
  const outstanding = new Set<Job<GradeJob, JobOutcome, 'grade'>>();
  const digests = new Map<string, string>();
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {});

  const handOver = async (task: GradeTask): Promise<GradeOutcome> => {
    const digest = digests.get(task.lab) ?? workbookDigest(task.lab);
    digests.set(task.lab, digest);
    const job = await queue.add(
      'grade',
      { ...pack(task, digest), asker },
      {
        jobId: randomUUID(),
        removeOnComplete: { age: keptSeconds },
        removeOnFail: { age: keptSeconds },
      },
    );
    outstanding.add(job);
    try {
      return await Promise.race([finished(job, events), closed.promise]);
    } finally {
      outstanding.delete(job);
      await job.remove().catch(() => {});
    }
  };

  return {
    size,
    workers: () => queue.getWorkersCount(),
    async grade(task) {
      try {
        return await handOver(task);
      } catch (error) {
        const reason = (error as Error).message;
        if (error instanceof QueueClosed) throw error;
        if (error instanceof ParcelTooLarge) return { kind: 'problem', problem: { kind: 'too-large', reason } };
        return { kind: 'problem', problem: { kind: 'grader', reason: `a worker could not grade it: ${reason}` } };
      }
    },
    async close() {
      closed.reject(new QueueClosed('the queue was closed'));
      await Promise.all([...outstanding].map((job) => job.remove().catch(() => {})));
      await askers.leave(asker);
      askers.close();
      await events.close();
      await queue.close();
    },
  };
}

/** Takes away what a grading machine left in the queue that was killed. */
async function removeOrphans(queue: Queue<GradeJob, JobOutcome, 'grade'>, askers: Askers): Promise<void> {
  for (const job of await queue.getJobs(['waiting'])) {
    // A worker may have taken it by now, and drops it itself.
    if (!(await askers.waits(job.data.asker))) await job.remove().catch(() => {});
  }
}

class QueueClosed extends Error {
  override readonly name = 'QueueClosed';
}
