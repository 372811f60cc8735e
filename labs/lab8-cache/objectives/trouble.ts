import { type Objective, pause } from '../../../grader/index.ts';
import { catalog, expectFilms, growOld, lifetime, newList, timesAsked, visit, visitor } from './lists.ts';

/** ms that an answer may be held back: caches make others wait for 5 s at most, as nginx does. */
const patience = 3_500;

export const oneRequest: Objective = {
  id: 'lab8.one-request',
  title: 'Ten visitors who ask for the same new list at once cost the application one request.',
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab8.hit'],
  alone: true,
  timeLimit: 60_000,
  why: 'When the entry of a busy page expires, all who ask in that moment miss it together, and together they are a flood.',
  hints: [
    'Ten ask, and there is no answer yet. Who goes and gets it, and what do the others do meanwhile?',
    'Look for `proxy_cache_lock`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_lock',
  async check(trial) {
    const { client, expect, random } = trial;
    const visitors = 10;
    for (let attempt = 1; ; attempt++) {
      const target = newList(trial);
      const release = catalog(trial).hold(target);
      const held = performance.now();
      const answers = Promise.all(Array.from({ length: visitors }, () => visit(trial, target, visitor(trial))));
      answers.catch(() => {});
      let heldFor = 0;
      try {
        // Whoever would have come by himself is there by the time that others have come and gone.
        for (let round = 0; round < 4; round++)
          await client.burst(Array.from({ length: 4 }, () => `/status?${random.word()}`));
      } finally {
        heldFor = performance.now() - held;
        release();
      }
      const responses = await answers;
      if (heldFor > patience && attempt < 4) continue;
      const times = timesAsked(trial, target);
      expect(
        times === 1,
        `the application is asked once for ${visitors} requests at once`,
        `it was asked ${times} times`,
        responses.slice(-1),
      );
      for (const response of responses) {
        expectFilms(trial, response);
        expect.body(response, responses[0]!.body);
      }
      return;
    }
  },
};

export const stale: Objective = {
  id: 'lab8.stale',
  title: 'While the application is down, an expired entry is better than an error.',
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab8.expires'],
  needs: ['stop-applications'],
  alone: true,
  timeLimit: 60_000,
  why: 'A list that is a minute old is of use to nearly everybody; a page that says 502 is of use to nobody.',
  hints: [
    'The entry is too old, and a newer one is not to be had. What would the visitor like best?',
    'Look for `proxy_cache_use_stale`, and for the failures that it names.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_use_stale',
  async check(trial) {
    const { expect, signal } = trial;
    const { target, first } = (await growOld(trial)).left;
    await pause(Math.max(0, first.answeredAt + lifetime + 1_000 - performance.now()), signal);
    const application = catalog(trial);
    await application.stop();
    try {
      const response = await visit(trial, target);
      expect.status(response, 200);
      expect.body(response, first.body);
      // That it is down: what nobody has asked for before can't be had.
      const unknown = await visit(trial, newList(trial));
      expect(unknown.status !== 200, 'an error for a list that was never kept', `status ${unknown.status}`, [unknown]);
    } finally {
      await application.start();
    }
  },
};
