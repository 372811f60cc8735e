import type { Application, Seen, Trial } from '../../../grader/index.ts';

/** The two instances behind the balancer. */
export function instances({ world }: Trial): readonly [Application, Application] {
  return [world.application('catalog-1'), world.application('catalog-2')];
}

/** What an instance saw of requests whose target or headers carry the mark. */
export function marked(application: Application, mark: string): readonly Seen[] {
  return application.seen.filter(
    (seen) => seen.target.includes(mark) || Object.values(seen.headers).some((value) => value.includes(mark)),
  );
}

/** ms an instance may take to get traffic again (nginx leaves a failed server alone for 10,000). */
const recoveryLimit = 15_000;

/**
 * Waits until both instances get requests, at most `limit` ms; says whether they do.
 * Servers that notice at once cost a handful of requests and no waiting.
 */
export async function bothServe(trial: Trial, limit = recoveryLimit): Promise<boolean> {
  const both = instances(trial);
  const deadline = performance.now() + limit;
  for (let round = 0; ; round++) {
    const mark = trial.random.word();
    await trial.client.burst(Array.from({ length: 12 }, (_, i) => `/status?back=${mark}-${i}`));
    if (both.every((one) => marked(one, mark).length >= 2)) return true;
    if (performance.now() >= deadline || trial.signal.aborted) return false;
    await new Promise((resolve) => setTimeout(resolve, Math.min(50 * (round + 1), 250)));
  }
}

/**
 * Leaves no memory of an outage behind: a server that already sends to both instances has none, any other is
 * restarted, so that the next outage isn't judged while a server is still in the penalty of the last.
 */
export async function forgetOutage(trial: Trial): Promise<void> {
  if (!(await bothServe(trial, 0))) await trial.world.restartServer();
}
