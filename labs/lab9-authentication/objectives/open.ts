import { expectCatalog, type Objective } from '../../../grader/index.ts';
import { arrivals, ask, authBasic, office } from './staff.ts';

export const open: Objective = {
  id: 'lab9.open',
  title: 'Everything else stays open: the other pages of the back office, the catalog, the posters.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab9.asks'],
  why: 'A visitor of the catalog who is asked for a password goes away.',
  hints: [
    'Who is asked for a password that need not be?',
    'Look at where `auth_basic` stands: what is written in `server` or `http` counts for all locations.',
  ],
  manual: authBasic,
  async check(trial) {
    const { client, expect, random, world } = trial;
    for (const path of ['/', '/status', '/report', '/administration', '/x/admin/', '/admins']) {
      const mark = random.word(10);
      const response = await ask(trial, `${path}?${mark}`);
      expect(
        response.status !== 401 && response.status !== 403,
        `no password for ${path}`,
        `status ${response.status}`,
        [response],
      );
      if (!world.has('applications')) continue;
      expect.header(response, 'x-run', office(trial).token);
      expect(arrivals(trial, mark).length > 0, `the application is asked for ${path}`, 'it was not', [response]);
    }
    await expectCatalog(trial, { host: 'catalog.test' });
    if (!world.has('files')) return;
    const name = random.pick((await world.listFiles('poster')).filter((file) => /^[\w-]+\.jpg$/.test(file)));
    const poster = await client.get(`/poster/${name}`, { host: 'catalog.test' });
    expect.status(poster, 200);
    expect.body(poster, await world.readFile('poster', name));
  },
};
