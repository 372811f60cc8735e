import { createExpect } from '../checks/index.ts';
import type { Lab } from '../lab.ts';
import { eventually } from '../probe/timing.ts';
import { createRandom } from '../random.ts';
import { Afterwards } from '../run/afterwards.ts';
import { openTarget } from '../target/index.ts';
import type { OpenTarget, TargetSpec } from '../target/target.ts';
import type { Oracle } from './course.ts';

/** ms for the answer to one prediction. */
const timeLimit = 20_000;

/**
 * Starts the first of the configurations that starts, in the lab's world, to be asked for the answers to its predictions.
 * Throws with the server's own words when none does.
 */
export async function openOracle(
  specs: readonly TargetSpec[],
  lab: Lab,
  seed: number,
  signal: AbortSignal,
): Promise<Oracle> {
  const target = await firstThatStarts(specs, lab, seed, signal);
  const random = createRandom(seed);
  const traces = async () => (await target.traces?.()) ?? [];
  return {
    answer: async (prediction, ends) => {
      const limited = AbortSignal.any([ends, AbortSignal.timeout(timeLimit)]);
      const { client, world } = target;
      const afterwards = new Afterwards();
      try {
        const expect = createExpect();
        const before = (await traces()).length;
        const choice = await prediction.answer({
          client,
          world,
          random,
          signal: limited,
          expect,
          afterwards: afterwards.add,
        });
        const found = await eventually(traces, ({ length }) => length > before, traceLimit, limited);
        return { choice, trace: found.slice(before).at(-1) };
      } finally {
        await afterwards.run(client, timeLimit);
      }
    },
    close: () => target.close(),
  };
}

/** ms for the trace of the last request to be written; an answer that asked nothing has none. */
const traceLimit = 300;

async function firstThatStarts(
  specs: readonly TargetSpec[],
  lab: Lab,
  seed: number,
  signal: AbortSignal,
): Promise<OpenTarget> {
  const said: string[] = [];
  for (const spec of specs) {
    const target = await openTarget(spec, lab, seed, signal, { trace: true });
    if (target.startup.ok) return target;
    said.push(...target.startup.messages.map(({ text }) => text));
    await target.close();
  }
  throw new Error(`the server for the predictions did not start: ${said.join('; ')}`);
}
