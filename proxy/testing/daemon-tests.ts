import { afterEach, beforeEach, describe, test } from 'vitest';
import { Daemon } from './daemon.ts';
import { HeldApplication } from './held-application.ts';
import type { EngineName } from './server-program.ts';
import { nginxMissing } from './side-by-side.ts';
import { until as untilAnywhere } from './until.ts';

const engines: readonly EngineName[] = ['nginx', 'reference'];

/** What the test at hand has: a daemon that isn't started yet, and an application to put behind it. */
export let daemon: Daemon;
export let application: HeldApplication;

/** Waits, and shows the daemon's error log when it waits in vain. */
export function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  return untilAnywhere(what, condition, () => daemon.errorLog);
}

/** `test`, or what skips where the engine is missing. */
type Here = typeof test | typeof test.skip;

/** Tests of processes, on each engine, with a daemon for each test; all is stopped after it. */
export function describeDaemon(title: string, tests: (here: Here, engine: EngineName) => void): void {
  describe.skipIf(process.platform !== 'linux').each(engines)(`${title}: %s`, (engine) => {
    beforeEach(async () => {
      daemon = await Daemon.create(engine);
      application = await HeldApplication.start();
    });
    afterEach(async () => {
      application.stop();
      await daemon.stop();
    });
    tests(engine === 'reference' || nginxMissing === undefined ? test : test.skip, engine);
  });
}
