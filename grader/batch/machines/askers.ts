import { Redis } from 'ioredis';
import type { QueueAddress } from './address.ts';
import { queueName } from './jobs.ts';

/** seconds after which somebody who no longer says that he waits is taken for gone, and seconds between two such words. */
const lives = 120;
const speaks = 20;

/** Who waits for what is in the queue, by a key in Redis for each: what a killed grading machine put there is nobody's any more. */
export class Askers {
  readonly #redis: Redis;
  #speaking: NodeJS.Timeout | undefined;

  constructor({ connection }: QueueAddress) {
    this.#redis = new Redis({ ...connection, maxRetriesPerRequest: null });
    // Redis may go away and come back.
    this.#redis.on('error', () => {});
  }

  /** Says that this one waits, again and again until it is closed. */
  async enter(asker: string): Promise<void> {
    const speak = () => this.#redis.set(key(asker), '', 'EX', lives);
    await speak();
    this.#speaking = setInterval(() => void speak().catch(() => {}), speaks * 1000).unref();
  }

  async leave(asker: string): Promise<void> {
    clearInterval(this.#speaking);
    if (this.#redis.status === 'ready') await this.#redis.del(key(asker));
  }

  async waits(asker: string): Promise<boolean> {
    return (await this.#redis.exists(key(asker))) === 1;
  }

  close(): void {
    clearInterval(this.#speaking);
    this.#redis.disconnect();
  }
}

function key(asker: string): string {
  return `${queueName}:asker:${asker}`;
}
