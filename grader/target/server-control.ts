import type { ServerControl } from '../lab.ts';
import { descendants, showsProcesses } from './processes.ts';
import type { Server } from './server-process.ts';

/** What there is to see of a server that was started here, and to do to it. `edit` is there where its configuration is. */
export function controlOf(server: () => Server | undefined, edit?: ServerControl['edit']): ServerControl {
  return {
    async workers() {
      const first = server()?.pid;
      if (first === undefined || !showsProcesses) throw new Error("the server's processes can't be seen");
      return descendants(first);
    },
    edit: edit ?? outOfReach,
    signal(name) {
      const first = server()?.pid;
      if (first === undefined || edit === undefined) throw new Error('this server takes no signals from here');
      process.kill(first, name);
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
