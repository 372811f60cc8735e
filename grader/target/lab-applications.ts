import type { ApplicationName, Lab } from '../lab.ts';
import type { Translation } from '../probe/index.ts';
import { createRandom } from '../random.ts';
import { applicationPorts, type RunningApplication, startApplication } from './applications.ts';

/** The applications of one lab, running. */
export interface LabApplications {
  readonly byName: ReadonlyMap<ApplicationName, RunningApplication>;
  /** The student's ports to the sandbox's. */
  readonly ports: ReadonlyMap<number, number>;
  translate(translation: Translation): void;
  stop(): Promise<void>;
}

/** Starts what stands behind the student's server in this lab. */
export async function startApplications(lab: Lab, seed: number): Promise<LabApplications> {
  const random = createRandom(seed);
  const running = await Promise.all(lab.applications.map((name) => startApplication(name, random)));
  return {
    byName: new Map(running.map((application) => [application.name, application])),
    ports: new Map(running.map((application) => [applicationPorts[application.name], application.port])),
    translate(translation) {
      for (const application of running) application.translation = translation;
    },
    async stop() {
      await Promise.all(running.map((application) => application.stop()));
    },
  };
}
