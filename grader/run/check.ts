import type { Lab, Objective, Response, World } from '../lab.ts';
import { eventually } from '../probe/timing.ts';
import { createRandom } from '../random.ts';
import type { LabResult, ObjectiveResult, TargetFacts } from '../result.ts';
import type { OpenTarget } from '../target/target.ts';
import type { RequestTrace } from '../trace.ts';
import { type Graded, gradeObjective, reasonOf, skip, TimeIsUp } from './objective.ts';
import { orAborted } from './observe.ts';
import { gradingOrder } from './order.ts';
import { labOutcome, score } from './score.ts';

/** ms for a whole lab. */
export const labTimeLimit = 120_000;

/** ms for a server that stopped answering to end and say why. */
const lastWords = 500;

/** What is happening, for whoever shows progress. */
export type Progress =
  | { readonly kind: 'objective'; readonly objective: Objective; readonly index: number; readonly of: number }
  | { readonly kind: 'result'; readonly result: ObjectiveResult };

export interface CheckOptions {
  /** The lab's folder, for the result. */
  readonly folder: string;
  readonly seed: number;
  /** Objectives to grade; those they depend on come along. All when empty or left out. */
  readonly only?: readonly string[];
  /** Ends the check early (Ctrl-C); what is known by then is reported. */
  readonly signal?: AbortSignal;
  /** ms for the whole lab; 60,000 by default. */
  readonly timeLimit?: number;
  /** What the target is called; overrules what the target says of itself. */
  readonly facts: TargetFacts;
  readonly onProgress?: (progress: Progress) => void;
}

/** Brings up the target; the signal ends with the lab's limit or with Ctrl-C. */
export type Open = (signal: AbortSignal) => Promise<OpenTarget>;

/**
 * Grades one target against one lab: opens it, runs the objectives in the order of their dependencies, closes it, and
 * always returns what is known. Throws what `open` throws, a RangeError for an unknown objective in `only`, and
 * LabDefect for a lab that contradicts itself.
 */
export async function checkLab(lab: Lab, open: Open, options: CheckOptions): Promise<LabResult> {
  const order = gradingOrder(lab, options.only);
  const startedAt = new Date();
  const began = performance.now();
  const limit = options.timeLimit ?? labTimeLimit;
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(new TimeIsUp(`the lab took longer than ${limit / 1000} s`)), limit);
  const signal = options.signal ? AbortSignal.any([ended.signal, options.signal]) : ended.signal;

  let facts = options.facts;
  let startup: LabResult['startup'] = { ok: false, messages: [] };
  let graded: Map<string, ObjectiveResult>;
  const unfinished = new Set<string>();
  let target: OpenTarget | undefined;
  try {
    target = await opened(open, signal);
    if (target === undefined) {
      graded = new Map(
        order.map((objective) => [objective.id, skip(objective, `not begun: ${reasonOf(signal)}`, true)]),
      );
      for (const { id } of order) unfinished.add(id);
    } else {
      // What is graded is named as the caller names it; the target knows the engine.
      facts = { ...target.facts, ...options.facts };
      startup = target.startup.ok ? target.startup : await withAdvice(target);
      graded = startup.ok
        ? await gradeAll(lab, order, target, signal, options, unfinished)
        : new Map(order.map((objective) => [objective.id, skip(objective, 'the server did not start', true)]));
    }
  } finally {
    clearTimeout(timer);
    await target?.close();
  }

  const objectives = lab.objectives.flatMap(({ id }) => graded.get(id) ?? []);
  return {
    version: 1,
    lab: options.folder,
    title: lab.title,
    target: facts,
    outcome: target !== undefined && !startup.ok ? 'failed' : labOutcome(objectives, unfinished),
    score: score(objectives),
    seed: options.seed,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - began),
    startup,
    objectives,
  };
}

/** The open target, or undefined when the signal came first; a target that opens after that is closed again. */
async function opened(open: Open, signal: AbortSignal): Promise<OpenTarget | undefined> {
  const opening = open(signal);
  try {
    return await orAborted(opening, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    void opening.then((late) => late.close()).catch(() => {});
    return undefined;
  }
}

async function gradeAll(
  lab: Lab,
  order: readonly Objective[],
  target: OpenTarget,
  signal: AbortSignal,
  options: CheckOptions,
  unfinished: Set<string>,
): Promise<Map<string, ObjectiveResult>> {
  const results = new Map<string, ObjectiveResult>();
  let gone: string | undefined;
  for (const [index, objective] of order.entries()) {
    options.onProgress?.({ kind: 'objective', objective, index, of: order.length });
    const result = await grade(objective);
    results.set(objective.id, result);
    options.onProgress?.({ kind: 'result', result });
  }
  return results;

  async function grade(objective: Objective): Promise<ObjectiveResult> {
    if (signal.aborted) {
      unfinished.add(objective.id);
      return skip(objective, `not begun: ${reasonOf(signal)}`, true);
    }
    if (gone !== undefined) return skip(objective, `there is no server any more: ${gone}`, true);
    const blocked = blockedBy(objective, results);
    if (blocked !== undefined) return skip(objective, blocked.because, blocked.counts);
    const unmet = unmetNeed(objective, target.world);
    if (unmet !== undefined) return skip(objective, unmet, false);
    // Every objective has its own source, so that `--only` repeats what a whole run did.
    const random = createRandom(options.seed ^ hash(objective.id));
    const verdict = await gradeObjective(objective, target, random, signal, lab.applications);
    if (verdict.unfinished) unfinished.add(objective.id);
    // A server that ends closes its connections first, and writes why.
    const silent = verdict.result.outcome === 'failed' && verdict.responses.some(({ status }) => status === 0);
    const ended = signal.aborted ? undefined : await target.ended?.(silent ? lastWords : 0);
    if (ended !== undefined) await revive(ended);
    if (verdict.result.outcome !== 'failed') return verdict.result;
    return ended === undefined
      ? await explained(verdict, target, objective.repeats ?? objective.id)
      : { ...verdict.result, because: ended };
  }

  /** A server that has ended is started again: what it does next is to be judged by itself. */
  async function revive(ended: string): Promise<void> {
    try {
      await target.world.restartServer();
    } catch {
      if (!signal.aborted) gone = ended;
    }
  }
}

function blockedBy(
  objective: Objective,
  results: ReadonlyMap<string, ObjectiveResult>,
): { because: string; counts: boolean } | undefined {
  for (const id of objective.dependsOn ?? []) {
    const dependency = results.get(id);
    if (dependency === undefined || dependency.outcome === 'passed') continue;
    // What the target can't show hides what depends on it as well.
    const counts = dependency.points.possible > 0;
    const word = { failed: 'failed', skipped: 'was skipped', error: 'could not be graded' }[dependency.outcome];
    return { because: `needs ${id}, which ${word}`, counts };
  }
  return undefined;
}

const needs: Readonly<Record<string, string>> = {
  applications: "the applications behind this server aren't the grader's own, so what reaches them can't be seen",
  'stop-applications': "the applications behind this server aren't the grader's to stop",
  files: "the files of this server can't be reached from here",
  'access-log': "the access log of this server can't be read from here",
  'own-authority': 'the certificate of this server is not from the lab authority',
  https: 'this server is checked without HTTPS',
  'client-addresses': 'requests can be sent there from one address only, and it takes two clients to tell them apart',
  'unix-sockets': 'a Unix socket is a file on its machine, which cannot be reached from here',
  'own-ports': 'what listens on its loopback address alone cannot be asked from here',
  workers: "the server's workers can't be seen from here",
  processes: "the server's processes can't be seen from here",
  reload: 'only a configuration can be read again; what a signal means to a program is its own affair',
  users: "its users and their passwords aren't the grader's",
};

function unmetNeed(objective: Objective, world: World): string | undefined {
  const unmet = objective.needs?.find((need) => !world.has(need));
  return unmet === undefined ? undefined : `can't be checked on this target: ${needs[unmet] ?? unmet}`;
}

/** What the configuration says that explains a failure of the objective `id`. The rules are loaded only when something failed. */
async function explained(verdict: Graded, target: OpenTarget, id: string): Promise<ObjectiveResult> {
  if (target.configuration === undefined) return verdict.result;
  try {
    const { diagnose } = await import('./diagnosis.ts');
    const finding = diagnose({
      objective: { ...verdict.result, id },
      responses: verdict.responses,
      seen: verdict.seen,
      configuration: target.configuration,
      errorLog: await target.errorLog(),
      traces: await tracesOf(target, verdict.responses),
    });
    return finding === undefined ? verdict.result : { ...verdict.result, ...finding };
  } catch {
    // A verdict without its explanation is still right; a diagnosis that breaks must not cost the verdict.
    return verdict.result;
  }
}

/** ms for the trace of the last answer to be written. */
const traceLimit = 100;

async function tracesOf(target: OpenTarget, responses: readonly Response[]): Promise<readonly RequestTrace[]> {
  const last = responses.findLast(({ status }) => status > 0);
  if (target.traces === undefined || last === undefined) return [];
  return eventually(
    () => target.traces!(),
    (traces) => traces.some((trace) => trace.target === last.request.path && trace.status === last.status),
    traceLimit,
    AbortSignal.timeout(10 * traceLimit),
  );
}

/** The server's own words with the line they are about and, when it is sure, what is wrong with it. */
async function withAdvice(target: OpenTarget): Promise<LabResult['startup']> {
  if (target.configuration === undefined) return target.startup;
  const { explainStartup } = await import('./startup.ts');
  return { ok: false, messages: explainStartup(target.startup.messages, target.configuration) };
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
