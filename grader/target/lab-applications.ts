import type { ApplicationName, Lab } from '../lab.ts';
import type { Translation } from '../probe/index.ts';
import { createRandom } from '../random.ts';
import { applicationPorts, applicationSockets, type RunningApplication, startApplication } from './applications.ts';

/** The applications of one lab, running. */
export interface LabApplications {
  readonly byName: ReadonlyMap<ApplicationName, RunningApplication>;
  /** The student's ports to the sandbox's. */
  readonly ports: ReadonlyMap<number, number>;
  /** Unix sockets of the student's machine that they listen on, at the same place below the sandbox's root. */
  readonly unixSockets: ReadonlySet<string>;
  translate(translation: Translation): void;
  stop(): Promise<void>;
}

/** Bytes of a Unix socket's path; macOS has the least room for it. */
const longestSocketPath = 103;

/** Starts what stands behind the student's server in this lab. `place` says where a path of the student's machine is. */
export async function startApplications(
  lab: Lab,
  seed: number,
  place: (path: string) => string,
): Promise<LabApplications> {
  const random = createRandom(seed);
  const run = { catalog: `run-${random.word(8)}`, 'back-office': `run-${random.word(8)}` };
  const unixSockets = new Set<string>();
  const running = await Promise.all(
    lab.applications.map((name) => {
      const known = applicationSockets[name];
      const mine = run[name === 'back-office' ? name : 'catalog'];
      if (known === undefined || Buffer.byteLength(place(known)) > longestSocketPath)
        return startApplication(name, random, mine);
      unixSockets.add(known);
      return startApplication(name, random, mine, place(known));
    }),
  );
  return {
    byName: new Map(running.map((application) => [application.name, application])),
    ports: new Map(running.map((application) => [applicationPorts[application.name], application.port])),
    unixSockets,
    translate(translation) {
      for (const application of running) application.translation = translation;
    },
    async stop() {
      await Promise.all(running.map((application) => application.stop()));
    },
  };
}
