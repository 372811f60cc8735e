import { eventually, type Objective, type Trial } from '../../../grader/index.ts';
import { expectNoneLost, startLoad } from './load.ts';
import { slowPage } from './slow-page.ts';

/** ms in which processes end, or are started, on a very busy machine. */
const patience = 30_000;

/** ms that a slow answer takes at least, longer than a second in which impatient servers give up. */
const longer = 1_500;

export const workerDies: Objective = {
  id: 'lab11.worker-dies',
  title: 'When a worker dies under load another takes its place, and nobody who comes then is lost.',
  kind: 'stretch',
  points: 10,
  needs: ['processes', 'applications'],
  alone: true,
  timeLimit: 60_000,
  why: 'Sooner or later the system takes a process away, for want of memory, say. The site must not be smaller from then on.',
  hints: [
    'Who notices that a worker is gone? And where do visitors wait until there is another?',
    'The master starts a new one; the port is its own. It needs `master_process on`, which is what nginx does by itself.',
  ],
  manual: 'https://nginx.org/en/docs/control.html',
  async check(trial) {
    const { expect, signal, world } = trial;
    const load = startLoad(trial);
    try {
      await load.more();
      const before = await world.server.workers();
      expect(before.size > 0, 'a worker that can die without the server', 'one process that does it all');
      const victim = busiest(before);
      await world.server.kill(victim);
      const after = await eventually(
        () => world.server.workers(),
        (now) => !now.has(victim) && now.size >= before.size,
        patience,
        signal,
      );
      expect(after.size >= before.size, `${before.size} workers again`, `${after.size}`);
      // What the dead one had in its hands, or was given before anybody knew of its death, is gone with it.
      const replaced = performance.now();
      await load.more();
      expectNoneLost(trial, await load.end(replaced), 'once another worker is there', ({ began }) => began <= replaced);
    } finally {
      load.stop();
    }
  },
};

/** Who has most clients just now. */
function busiest(workers: ReadonlyMap<number, number>): number {
  return [...workers].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

export const gracefulQuit: Objective = {
  id: 'lab11.graceful-quit',
  title: 'A server that is told to quit finishes what it has begun, takes nothing new, and ends.',
  kind: 'stretch',
  points: 10,
  needs: ['reload', 'applications'],
  alone: true,
  timeLimit: 60_000,
  why: 'Machines are taken out of service every day. Whoever is in the middle of a request should get his answer.',
  hints: [
    'There are two ways to stop: at once, and when everything is done.',
    'Look at `worker_shutdown_timeout`: it ends connections that are still busy after that time.',
  ],
  manual: 'https://nginx.org/en/docs/control.html',
  async check(trial) {
    const { client, expect, signal, world } = trial;
    const slow = slowPage(trial);
    try {
      const held = client.get(slow.path, { timeLimit: 60_000 });
      await slow.arrived();
      world.server.signal('SIGQUIT');
      await expectClosed(trial);
      expect(await world.server.runs(longer), 'it waits for what it has begun', 'it ended');
      slow.release();
      const answer = await held;
      expect.status(answer, 200);
      expect.body(answer, 'done');
      expect(!(await world.server.runs(patience)), 'it ends when all is done', 'it still runs', [answer]);
    } finally {
      slow.release();
      if (!signal.aborted) await world.restartServer();
    }
  },
};

async function expectClosed({ client, expect, signal }: Trial): Promise<void> {
  const refused = await eventually(
    () => client.get('/status'),
    ({ status }) => status === 0,
    patience,
    signal,
  );
  expect(refused.status === 0, 'no new connection is taken', `status ${refused.status}`, [refused]);
}
