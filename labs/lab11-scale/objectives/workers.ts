import type { Objective } from '../../../grader/index.ts';

export const workers: Objective = {
  id: 'lab11.workers',
  title: 'Two or more worker processes share the requests.',
  kind: 'core',
  points: 20,
  needs: ['processes'],
  alone: true,
  timeLimit: 30_000,
  why: 'A process runs on one core at a time. With one worker the other cores of your machine have nothing to do.',
  hints: [
    'How many processes has your server? `ps` shows a master, and its workers below it.',
    'Look at `worker_processes`, at the top of nginx.conf.',
  ],
  manual: 'https://nginx.org/en/docs/ngx_core_module.html#worker_processes',
  async check(trial) {
    const { client, expect, random, signal, world } = trial;
    const before = await world.server.workers();
    expect(before.size >= 2, 'two workers or more', before.size === 1 ? 'one' : `${before.size} of them`);
    // Who is quick takes more: it goes on until a second one has had something to do, too.
    const end = performance.now() + 15_000;
    let busy = 0;
    while (busy < 2 && performance.now() < end && !signal.aborted) {
      await client.volley(
        Array.from({ length: 64 }, () => `/status?${random.word(10)}`),
        { timeLimit: 10_000 },
      );
      const now = await world.server.workers();
      busy = [...now].filter(([pid, ticks]) => ticks > (before.get(pid) ?? Number.POSITIVE_INFINITY)).length;
    }
    expect(busy >= 2, 'two workers or more have something to do', `${busy} had`);
  },
};
