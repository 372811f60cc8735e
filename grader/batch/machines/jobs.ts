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
