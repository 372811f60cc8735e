import type { Lab } from '../lab.ts';
import { openConfiguration } from './configuration.ts';
import { throughSiteDoor } from './door.ts';
import { type Launcher, plainLauncher } from './launcher.ts';
import { openLive } from './live.ts';
import { openProgram } from './program.ts';
import type { ServerHost } from './server-host.ts';
import type { ServerProcess } from './server-process.ts';
import type { OpenTarget, TargetSpec } from './target.ts';

export type { OpenTarget, StudentConfiguration, TargetSpec } from './target.ts';

export interface OpenOptions {
  /** Starts the server; as it is, when left out. */
  readonly launcher?: Launcher;
  /** From `prepareServer`. */
  readonly prepared?: ServerProcess | undefined;
  /** Runs configurations on the reference proxy, where they need no more than one process. */
  readonly host?: ServerHost | undefined;
  /** Has the reference proxy write down how it treats each request; see `traces` of the target. */
  readonly trace?: boolean | undefined;
}

/**
 * Brings up what is to be graded, together with the applications and files of the lab's world.
 * A submission that doesn't start isn't an exception: see `startup`. Throws when the grader itself can't do its part
 * (no such file, nginx not installed). When `signal` ends, everything is stopped. `launcher` starts the server, unless it is one
 * that `prepareServer` has started.
 */
export async function openTarget(
  spec: TargetSpec,
  lab: Lab,
  seed: number,
  signal: AbortSignal,
  { launcher = plainLauncher, prepared, host, trace }: OpenOptions = {},
): Promise<OpenTarget> {
  const target = await open();
  return lab.door === 'site' && target.startup.ok ? throughSiteDoor(target, signal) : target;

  function open(): Promise<OpenTarget> {
    switch (spec.kind) {
      case 'configuration':
        return openConfiguration(spec, lab, seed, signal, { launcher, prepared, host, trace });
      case 'program':
      case 'command':
        return openProgram(spec, lab, seed, signal, launcher);
      case 'live':
        return openLive(spec, lab, seed, signal);
    }
  }
}
