import type { Objective, Trial } from '../../../grader/index.ts';
import { newPage } from './new-page.ts';
import { slowPage } from './slow-page.ts';

/** How often it is tried: that none of so many connections comes to a second worker, time after time, is no accident. */
const rounds = 8;

/** ms for one answer, on a very busy machine. */
const patience = 20_000;

/** Connections that are opened at once, so that no worker can take all of them. */
const together = 64;

export const workers: Objective = {
  id: 'lab11.workers',
  title: 'Two or more worker processes share the requests.',
  kind: 'core',
  points: 20,
  needs: ['workers', 'applications'],
  alone: true,
  timeLimit: 60_000,
  why: 'A process runs on one core at a time. With one worker the other cores of your machine have nothing to do.',
  hints: [
    'How many processes has your server? `ps` shows a master, and its workers below it.',
    'Look at `worker_processes`, at the top of nginx.conf.',
  ],
  manual: 'https://nginx.org/en/docs/ngx_core_module.html#worker_processes',
  async check(trial) {
    const { expect, world } = trial;
    if (world.has('processes')) {
      const { size } = await world.server.workers();
      expect(size >= 2, 'two worker processes or more', ['one process that does it all', 'one'][size] ?? `${size}`);
    }
    const busy = world.has('reload') ? await whoAnswers(trial) : await whoHasClients(trial);
    expect(busy >= 2, 'requests are answered by two workers or more', `by ${busy} of them`);
  },
};

/** Seen from outside: how many different workers give an answer; a page that is put into the configuration names its own. */
async function whoAnswers(trial: Trial): Promise<number> {
  const { client, random, signal, world } = trial;
  const page = random.word(12);
  const paths = Array<string>(together).fill(`/${page}`);
  const names = new Set<string>();
  try {
    await newPage(trial, page, 'return 200 "$pid";');
    // Who is quick takes more: it goes on until a second one has had something to do, too.
    for (let round = 0; names.size < 2 && round < rounds && !signal.aborted; round++)
      for (const { status, text } of await client.volley(paths, { timeLimit: patience }))
        if (status === 200) names.add(text);
  } finally {
    await world.server.edit(undefined);
  }
  return names.size;
}

/** Seen by the system: how many processes have somebody waiting, when many wait at the same time. */
async function whoHasClients(trial: Trial): Promise<number> {
  const { client, signal, world } = trial;
  const clients = async () => [...(await world.server.workers()).values()].filter((count) => count > 0).length;
  let most = 0;
  for (let round = 0; most < 2 && round < rounds && !signal.aborted; round++) {
    const slow = slowPage(trial);
    try {
      const all = Array.from({ length: together }, () => client.get(slow.path, { timeLimit: patience }));
      await slow.arrived(together);
      most = Math.max(most, await clients());
      slow.release();
      await Promise.all(all);
    } finally {
      slow.release();
    }
  }
  return most;
}
