import type { Lab } from '../lab.ts';
import { openConfiguration } from './configuration.ts';
import { openLive } from './live.ts';
import { openProgram } from './program.ts';
import type { ServerProcess } from './server-process.ts';
import type { OpenTarget, TargetSpec } from './target.ts';

export type { OpenTarget, StudentConfiguration, TargetSpec } from './target.ts';

/**
 * Brings up what is to be graded, together with the applications and files of the lab's world.
 * A submission that doesn't start isn't an exception: see `startup`. Throws when the grader itself can't do its part
 * (no such file, nginx not installed). When `signal` ends, everything is stopped. `prepared` comes from `prepareServer`.
 */
export async function openTarget(
  spec: TargetSpec,
  lab: Lab,
  seed: number,
  signal: AbortSignal,
  prepared?: ServerProcess,
): Promise<OpenTarget> {
  switch (spec.kind) {
    case 'configuration':
      return openConfiguration(spec, lab, seed, signal, prepared);
    case 'program':
    case 'command':
      return openProgram(spec, lab, seed, signal);
    case 'live':
      return openLive(spec, lab, seed, signal);
  }
}
