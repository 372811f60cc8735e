import type { ServerControl } from '../lab.ts';
import { serverBehind, showsProcesses, workersBelow } from './processes.ts';
import type { Server } from './server-process.ts';

/** What there is to see of a server that was started here, and to do to it. `edit` is there where its configuration is. */
export function controlOf(
  server: () => Server | undefined,
  ports: readonly number[] = [],
  edit?: ServerControl['edit'],
): ServerControl {
  const workers = (): ReadonlyMap<number, number> => {
    const first = server()?.pid;
    if (first === undefined || !showsProcesses) throw new Error("the server's processes can't be seen");
    return workersBelow(first, ports);
  };
  return {
    workers: async () => workers(),
    async kill(worker) {
      // Its number may be another's by now.
      if (workers().has(worker)) process.kill(worker, 'SIGKILL');
    },
    edit: edit ?? outOfReach,
    signal(name) {
      const first = server()?.pid;
      if (first === undefined || edit === undefined) throw new Error('this server takes no signals from here');
      process.kill(showsProcesses ? serverBehind(first) : first, name);
    },
    async runs(patience) {
      await server()?.waitForEnd(patience);
      return server()?.running ?? false;
    },
  };
}

async function outOfReach(): Promise<void> {
  throw new Error("this server's configuration is out of reach");
}
