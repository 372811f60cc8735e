import type { Job, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import type { GradeOutcome } from '../isolation/index.ts';
import type { QueueAddress } from './address.ts';
import type { Parcel } from './parcel.ts';

/** The name of the queue in Redis. */
export const queueName = 'workbook-grading';

/** A parcel, and who waits for what comes of it. */
export type GradeJob = Parcel & { readonly asker: string };
export type JobOutcome = GradeOutcome;

/** ms after which work is taken from a worker that no longer says that it lives. */
export const lockDuration = 15_000;

/** ms between two looks for such work. */
export const stalledInterval = 5_000;

/** How many workers may die over one submission before it is given up. */
export const mostLosses = 3;

/** ms to connect. */
const patience = 5_000;

/** Redis can't be reached, or doesn't let us in. */
export class QueueUnreachable extends Error {
  override readonly name = 'QueueUnreachable';
}

/** Asks once whether Redis is there. Throws QueueUnreachable, in which no password stands. */
export async function knock({ connection, shown }: QueueAddress): Promise<void> {
  const redis = new Redis({
    ...connection,
    lazyConnect: true,
    connectTimeout: patience,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let reason = '';
  redis.on('error', (error) => {
    reason = error.message;
  });
  try {
    await redis.connect();
    await redis.ping();
  } catch (error) {
    throw new QueueUnreachable(`${shown} can't be used as a queue: ${reason || (error as Error).message}`);
  } finally {
    redis.disconnect();
  }
}

/** milliseconds after which a job whose end nobody told us of is asked for it. */
const unheard = 5000;

/**
 * The outcome of a job, once there is one. An event may be missed (Redis tells of what happens after the first listening,
 * and a connection may break), so a job that stays quiet is asked now and then. Rejects with the worker's reason.
 */
export async function finished(job: Job<GradeJob, JobOutcome>, events: QueueEvents): Promise<JobOutcome> {
  for (;;) {
    try {
      return await job.waitUntilFinished(events, unheard);
    } catch (error) {
      const state = await job.getState();
      if (state === 'unknown') throw error;
      // The error may say no more than that nothing was heard; asked once more, the queue tells at once why it failed.
      if (state === 'failed') return await job.waitUntilFinished(events);
    }
  }
}
