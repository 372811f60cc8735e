import { createExpect, NotMet } from '../checks/index.ts';
import type { ApplicationName, Objective, Random, Response } from '../lab.ts';
import type { ObjectiveResult } from '../result.ts';
import type { Seen } from '../seen.ts';
import type { OpenTarget } from '../target/target.ts';
import { Afterwards } from './afterwards.ts';
import { arrivalRecords, curlLines, exchangeRecords } from './exchanges.ts';
import { type Observations, observeClient, orAborted } from './observe.ts';
import { trafficOf, watchArrivals } from './traffic.ts';

/** The verdict on one objective and what it rests on. */
export interface Graded {
  readonly result: ObjectiveResult;
  readonly responses: readonly Response[];
  readonly seen: readonly Seen[];
  /** Ended by the lab's limit or by Ctrl-C, so nothing is known about it. */
  readonly unfinished: boolean;
}

/** Why an objective was ended before its own end. */
export class TimeIsUp extends Error {
  override readonly name = 'TimeIsUp';
}

/** ms for an objective that states none. */
export const objectiveTimeLimit = 30_000;

/** ms that an ended check gets to put things back before the next one begins. */
const grace = 1_000;

/** ms for all that is to be put back. */
const undoLimit = 10_000;

/**
 * Runs one check. It starts as failed: only a check that made an expectation and threw nothing passes. NotMet is the
 * student's; a limit that was spent waiting for the student's server is, too; everything else is the grader's own fault.
 */
export async function gradeObjective(
  objective: Objective,
  target: OpenTarget,
  random: Random,
  lab: AbortSignal,
  applications: readonly ApplicationName[] = [],
): Promise<Graded> {
  const startedAt = performance.now();
  const limit = objective.timeLimit ?? objectiveTimeLimit;
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(new TimeIsUp(`${objective.id} took longer than ${limit / 1000} s`)), limit);
  const signal = AbortSignal.any([lab, own.signal]);
  const { client, observations } = observeClient(target.client, signal);
  const expect = createExpect();
  const arrivals = watchArrivals(target.world, applications);
  const afterwards = new Afterwards();
  const check = (async () =>
    objective.check({ client, world: target.world, random, signal, expect, afterwards: afterwards.add }))();

  let evidence: readonly (Response | Seen)[] = [];
  let verdict: Pick<ObjectiveResult, 'outcome'> & Partial<ObjectiveResult>;
  let unfinished = false;
  try {
    await orAborted(check, signal);
    verdict =
      expect.count() > 0
        ? { outcome: 'passed' }
        : { outcome: 'error', received: 'the check ended without having checked anything' };
  } catch (error) {
    if (error instanceof NotMet) {
      evidence = error.evidence;
      const { expected, received, difference } = error;
      verdict = { outcome: 'failed', expected, received, ...(difference !== undefined && { difference }) };
    } else if (lab.aborted) {
      unfinished = true;
      verdict = { outcome: 'skipped', because: `not finished: ${reasonOf(lab)}` };
    } else if (own.signal.aborted) verdict = overtime(limit, observations);
    else verdict = { outcome: 'error', received: `the grader's own fault: ${describeError(error)}` };
  } finally {
    clearTimeout(timer);
  }
  if (signal.aborted) await settled(check, grace);
  await afterwards.run(target.lasting ?? target.client, undoLimit);

  const isResponse = (item: Response | Seen): item is Response => 'status' in item;
  const responses = evidence.filter(isResponse);
  const told = responses.length > 0 ? responses : observations.responses.slice(-2);
  const seen = evidence.filter((item): item is Seen => !isResponse(item));
  const failed = verdict.outcome === 'failed';
  const traffic = trafficOf(observations, arrivals());
  return {
    responses: responses.length > 0 ? responses : observations.responses,
    seen,
    unfinished,
    result: {
      ...describe(objective),
      ...verdict,
      points: { earned: verdict.outcome === 'passed' ? objective.points : 0, possible: objective.points },
      ...(failed && { why: objective.why }),
      ...(traffic !== undefined && { traffic }),
      reproduce: failed ? curlLines(told) : [],
      exchanges: failed ? exchangeRecords(told) : [],
      ...(failed && seen.length > 0 && { arrived: arrivalRecords(seen) }),
      durationMs: Math.round(performance.now() - startedAt),
    },
  };
}

/** An objective that isn't run, and why. Without `counts` (the target can't show it) its points are out of the reckoning. */
export function skip(objective: Objective, because: string, counts: boolean): ObjectiveResult {
  return {
    ...describe(objective),
    outcome: 'skipped',
    because,
    points: { earned: 0, possible: counts ? objective.points : 0 },
    reproduce: [],
    exchanges: [],
    durationMs: 0,
  };
}

function describe(objective: Objective): Pick<ObjectiveResult, 'id' | 'title' | 'kind' | 'hints' | 'manual'> {
  const { id, title, kind, hints, manual } = objective;
  return { id, title, kind, hints, manual };
}

/** A slow server and a slow grader look alike from outside; the time that probes waited tells them apart. */
function overtime(
  limit: number,
  observations: Observations,
): Pick<ObjectiveResult, 'outcome'> & Partial<ObjectiveResult> {
  const seconds = limit / 1000;
  const unanswered = observations.responses.some(({ status, durationMs }) => status === 0 && durationMs > 500);
  if (observations.waitedMs < limit / 2 && !unanswered)
    return { outcome: 'error', received: `the grader's own fault: the check took longer than ${seconds} s` };
  const last = observations.responses.at(-1);
  const waited = `${(observations.waitedMs / 1000).toFixed(1)} s`;
  return {
    outcome: 'failed',
    expected: `all answers within ${seconds} s`,
    received:
      last?.status === 0
        ? `no answer (${last.failure ?? 'the connection was closed'}) to ${last.request.method} ${last.request.path}; ${waited} of waiting in all`
        : `answers that took ${waited} in all${observations.waiting > 0 ? ', the last one still to come' : ''}`,
  };
}

/** A signal's reason in a few words. */
export function reasonOf(signal: AbortSignal): string {
  return signal.reason instanceof TimeIsUp ? signal.reason.message : 'the check was interrupted';
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const at = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return `${error.name}: ${error.message}${at === undefined ? '' : ` (${at.trim()})`}`;
}

async function settled(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([
    promise.then(
      () => {},
      () => {},
    ),
    late,
  ]);
  clearTimeout(timer);
}
