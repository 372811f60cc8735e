import { eventually, type Objective, pause, type Trial } from '../../../grader/index.ts';
import { expectNoneLost, startLoad } from './load.ts';

const control = 'https://nginx.org/en/docs/control.html';

/** ms in which a server reads its configuration anew, on a busy machine. */
const readAnew = 15_000;

/** Requests that are answered before, and after, something happens to the server. */
const some = 60;

/** Until so many more requests have been answered. */
function more(trial: Trial, load: { readonly count: number }): Promise<number> {
  const wanted = load.count + some;
  return eventually(
    async () => load.count,
    (count) => count >= wanted,
    readAnew,
    trial.signal,
  );
}

/** ms that a slow answer takes, longer than a second in which impatient servers give up. */
const longer = 1_500;

/** A page whose answer every instance keeps back until it is released. */
function holdEverywhere({ signal, world }: Trial, path: string): { arrived(): Promise<unknown>; release(): void } {
  const all = (['catalog-1', 'catalog-2', 'catalog'] as const).map((name) => world.application(name));
  let held = all.map((one) => {
    one.answer(path, { status: 200, body: 'done' });
    return one.hold(path);
  });
  return {
    arrived: () =>
      eventually(
        async () => all.some(({ seen }) => seen.some(({ target }) => target === path)),
        (there) => there,
        5_000,
        signal,
      ),
    release() {
      for (const go of held) go();
      held = [];
      for (const one of all) one.answer(path, undefined);
    },
  };
}

/** Has the configuration read anew with a page of this name in it, and waits until the page is there. */
async function reloadWith(trial: Trial, page: string): Promise<void> {
  const { client, expect, signal, world } = trial;
  await world.server.edit(`location = /${page} { return 204; }`);
  world.server.signal('SIGHUP');
  const response = await eventually(
    () => client.get(`/${page}`),
    ({ status }) => status === 204,
    readAnew,
    signal,
  );
  expect(
    response.status === 204,
    'a page that is new in the configuration, after a reload',
    `status ${response.status}`,
    [response],
  );
}

export const reload: Objective = {
  id: 'lab11.reload',
  title: 'A reload under load loses no request, and the new configuration takes effect.',
  kind: 'core',
  points: 20,
  needs: ['reload', 'applications'],
  alone: true,
  timeLimit: 60_000,
  why: 'A certificate is renewed, a site is added: none of your visitors should notice.',
  hints: [
    'Who answers while the configuration is being read? And what becomes of those who are in the middle of a request?',
    'Look at `master_process` and `daemon`: a reload needs a master that starts new workers while the old ones finish.',
  ],
  manual: `${control}#reconfiguration`,
  async check(trial) {
    const { client, random, world } = trial;
    const path = `/slow-${random.word(8)}`;
    const slow = holdEverywhere(trial, path);
    const load = startLoad(trial);
    try {
      await more(trial, load);
      // Somebody whose answer takes longer than all of it.
      const held = client.get(path, { timeLimit: 40_000 });
      await slow.arrived();
      await reloadWith(trial, random.word(12));
      await reloadWith(trial, random.word(12));
      await pause(longer, trial.signal);
      await more(trial, load);
      slow.release();
      expectNoneLost(trial, [...(await load.end()), await held], 'during two reloads');
    } finally {
      slow.release();
      await load.end();
      await world.server.edit(undefined);
      world.server.signal('SIGHUP');
    }
  },
};

export const broken: Objective = {
  id: 'lab11.broken',
  title: 'A broken configuration is refused, with the reason in the error log, and the old one goes on.',
  kind: 'core',
  points: 10,
  dependsOn: ['lab11.reload'],
  needs: ['reload'],
  alone: true,
  timeLimit: 60_000,
  why: 'A missing semicolon at midnight must not take the site away.',
  hints: [
    'What does your server do with a configuration that it can’t read?',
    'nginx goes on with the old one and writes why into the error log. `nginx -t` tells before.',
  ],
  manual: `${control}#reconfiguration`,
  async check(trial) {
    const { client, expect, random, signal, world } = trial;
    const page = random.word(12);
    await reloadWith(trial, page);
    const mistake = `mistake_${random.word(8)}`;
    try {
      await world.server.edit(`${mistake} on;`);
      world.server.signal('SIGHUP');
      const lines = await eventually(
        () => world.logged(mistake),
        (found) => found.length > 0,
        readAnew,
        signal,
      );
      expect(lines.length > 0, 'a line in the error log that names what is wrong', 'none');
      expect.status(await client.get(`/${page}`), 204);
      for (const answer of await client.burst(Array.from({ length: 12 }, () => `/status?${random.word()}`)))
        expect.status(answer, 200);
      // And it still listens: the next one, without the mistake, is read.
      await reloadWith(trial, random.word(12));
    } finally {
      await world.server.edit(undefined);
      world.server.signal('SIGHUP');
    }
  },
};

export const gracefulQuit: Objective = {
  id: 'lab11.graceful-quit',
  title: 'A server that is told to quit finishes what it has begun, takes nothing new, and ends.',
  kind: 'stretch',
  points: 10,
  needs: ['reload', 'applications'],
  alone: true,
  timeLimit: 40_000,
  why: 'Machines are taken out of service every day. Whoever is in the middle of a request should get his answer.',
  hints: [
    'There are two ways to stop: at once, and when everything is done.',
    'Look at `worker_shutdown_timeout`: it ends connections that are still busy after that time.',
  ],
  manual: control,
  async check(trial) {
    const { client, expect, random, signal, world } = trial;
    const path = `/slow-${random.word(8)}`;
    const slow = holdEverywhere(trial, path);
    try {
      const held = client.get(path, { timeLimit: 20_000 });
      await slow.arrived();
      world.server.signal('SIGQUIT');
      const refused = await eventually(
        () => client.get('/status'),
        ({ status }) => status === 0,
        readAnew,
        signal,
      );
      expect(refused.status === 0, 'no new connection is taken', `status ${refused.status}`, [refused]);
      expect(await world.server.runs(longer), 'it waits for what it has begun', 'it ended');
      slow.release();
      const answer = await held;
      expect.status(answer, 200);
      expect.body(answer, 'done');
      expect(!(await world.server.runs(10_000)), 'it ends when all is done', 'it still runs', [answer]);
    } finally {
      slow.release();
      await world.restartServer();
    }
  },
};
