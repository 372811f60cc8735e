import { eventually, type Objective, pause } from '../../../grader/index.ts';
import { expectNoneLost, startLoad } from './load.ts';
import { newPage } from './new-page.ts';
import { slowPage } from './slow-page.ts';

const reconfiguration = 'https://nginx.org/en/docs/control.html#reconfiguration';

/** ms for one answer, on a very busy machine. */
const patience = 20_000;

/** ms that a slow answer takes at least, longer than a second in which impatient servers give up. */
const longer = 1_500;

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
    'Old workers finish what they have begun. Look for a line that sets them a time limit: `worker_shutdown_timeout`.',
  ],
  manual: reconfiguration,
  async check(trial) {
    const { client, random, world } = trial;
    const slow = slowPage(trial);
    const load = startLoad(trial);
    try {
      await load.more();
      // Somebody whose answer takes longer than all of it.
      const began = performance.now();
      const held = client.get(slow.path, { timeLimit: 60_000 });
      await slow.arrived();
      await newPage(trial, random.word(12));
      await newPage(trial, random.word(12));
      await pause(longer, trial.signal);
      await load.more();
      slow.release();
      const visits = await load.end();
      expectNoneLost(trial, [...visits, { began, answer: await held }], 'during two reloads');
    } finally {
      slow.release();
      load.stop();
      await world.server.edit(undefined);
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
    'What does your server do with a configuration that it can’t read, and where would you find out why?',
    'nginx goes on with the old one and writes why into the error log. Look at `error_log`: where to, and from which level on?',
  ],
  manual: reconfiguration,
  async check(trial) {
    const { client, expect, random, signal, world } = trial;
    const page = random.word(12);
    try {
      const reading = await newPage(trial, page);
      const mistake = `mistake_${random.word(8)}`;
      await world.server.edit(`${mistake} on;`);
      world.server.signal('SIGHUP');
      const lines = await eventually(
        () => world.logged(mistake),
        (found) => found.length > 0,
        // To refuse takes less than to begin anew, which was just measured; a busy machine may be busier now.
        2_000 + 10 * reading,
        signal,
      );
      expect(lines.length > 0, 'a line in the error log that names what is wrong', 'none');
      expect.status(await client.get(`/${page}`, { timeLimit: patience }), 204);
      const others = Array.from({ length: 12 }, () => `/status?${random.word()}`);
      for (const answer of await client.burst(others, { timeLimit: patience })) expect.status(answer, 200);
      // And it still listens: the next one, without the mistake, is read.
      await newPage(trial, random.word(12));
    } finally {
      await world.server.edit(undefined);
    }
  },
};
