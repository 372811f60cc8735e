import { type Application, NotMet, type Seen, type Trial } from '../../../grader/index.ts';

/** The two instances behind the balancer. */
export function instances({ world }: Trial): readonly [Application, Application] {
  return [world.application('catalog-1'), world.application('catalog-2')];
}

/** What an instance saw of requests whose target carries the mark. */
export function marked(application: Application, mark: string): readonly Seen[] {
  return application.seen.filter((seen) => seen.target.includes(mark));
}

/** ms an instance may take to get traffic again (nginx leaves a failed server alone for 10,000). */
export const recoveryLimit = 15_000;

/**
 * Waits until both instances get requests, at most `limit` ms; those that still get none.
 * Servers that notice at once cost a handful of requests and no waiting.
 */
export async function withoutTraffic(trial: Trial, limit: number): Promise<readonly Application[]> {
  const both = instances(trial);
  const deadline = performance.now() + limit;
  for (let round = 0; ; round++) {
    const mark = trial.random.word();
    await trial.client.burst(Array.from({ length: 12 }, (_, i) => `/status?back=${mark}-${i}`));
    const left = both.filter((one) => marked(one, mark).length < 2);
    // However slow the machine, a few rounds show what the server does now.
    if (left.length === 0 || (performance.now() >= deadline && round >= 3) || trial.signal.aborted) return left;
    await new Promise((resolve) => setTimeout(resolve, Math.min(50 * (round + 1), 250)));
  }
}

/** Whether nothing is left of an earlier outage: in a server of several workers some may still avoid an instance. */
async function bothServeAlike(trial: Trial): Promise<boolean> {
  const mark = trial.random.word();
  await trial.client.burst(Array.from({ length: 12 }, (_, i) => `/status?alike=${mark}-${i}`));
  return instances(trial).every((one) => marked(one, mark).length >= 4);
}

/** Starts the server again, so that it remembers nothing. */
export async function restart({ world, signal, expect }: Trial): Promise<void> {
  try {
    await world.restartServer();
  } catch (error) {
    signal.throwIfAborted();
    expect(false, 'a server that starts again after it was stopped', (error as Error).message);
  }
}

/**
 * Runs a part of a check; what isn't met is tried once more on a restarted server, because an earlier outage may be the
 * reason: each worker of a server has a memory of its own, which can't be seen from outside.
 */
export async function orAfterRestart(trial: Trial, part: () => Promise<void>): Promise<void> {
  try {
    await part();
  } catch (error) {
    if (!(error instanceof NotMet)) throw error;
    await restart(trial);
    await part();
  }
}

/** Makes sure that a server begins the next outage without a memory of the last; restarts it only when there is need. */
export async function forgetOutages(trial: Trial): Promise<void> {
  if (!(await bothServeAlike(trial))) await restart(trial);
}

/** Runs a part of a check while an instance is stopped. Where there was an outage before, `forgetOutages` comes first. */
export async function duringOutage(trial: Trial, instance: Application, part: () => Promise<void>): Promise<void> {
  await orAfterRestart(trial, async () => {
    await instance.stop();
    try {
      await part();
    } finally {
      await instance.start();
    }
  });
}
