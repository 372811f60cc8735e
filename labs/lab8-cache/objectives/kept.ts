import type { Objective, Response } from '../../../grader/index.ts';
import { catalog, expectFilms, growOld, lifetime, newList, timesAsked, visit, watchedVisit } from './lists.ts';

const proxyCache = 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html';

/** ms within which two requests have to follow each other for the second to be sure to find the answer of the first. */
const soon = lifetime - 1_500;

export const hit: Objective = {
  id: 'lab8.hit',
  title:
    'The second of two identical requests for /discover gets the answer of the first, and the application is asked once.',
  kind: 'core',
  points: 30,
  needs: ['applications'],
  timeLimit: 60_000,
  why: 'A thousand visitors who look at the same list within five seconds cost the application one list instead of a thousand.',
  hints: [
    'Where are answers kept, and for how long? Both have to be said.',
    'Look for `proxy_cache_path` outside of all servers, and for `proxy_cache` and `proxy_cache_valid` in a location for /discover.',
  ],
  manual: `${proxyCache}#proxy_cache`,
  async check(trial) {
    await growOld(trial);
    for (let attempt = 1; ; attempt++) {
      const target = newList(trial);
      const first = await visit(trial, target);
      expectFilms(trial, first);
      trial.expect(
        timesAsked(trial, target) === 1,
        'the application is asked for the first of two requests',
        'it was not',
        [first],
      );
      const others: Response[] = [];
      for (let i = 0; i < 3; i++) others.push(await visit(trial, target));
      // What is sent to it beside the answer has arrived by the time others have.
      await trial.client.burst(Array.from({ length: 3 }, () => `/status?${trial.random.word()}`));
      // A machine that was busy with other things for seconds shows nothing.
      if (others.at(-1)!.answeredAt - first.sentAt > soon && attempt < 5) continue;
      const times = timesAsked(trial, target);
      trial.expect(
        times === 1,
        'the application is asked once for 4 identical requests',
        `it was asked ${times} times`,
        others.slice(0, 1),
      );
      for (const other of others) {
        expectFilms(trial, other);
        trial.expect.body(other, first.body);
        // A browser goes by the type: a list that comes as text is none.
        trial.expect(
          other.headers['content-type'] === first.headers['content-type'],
          `the Content-Type of the first answer, ${first.headers['content-type'] ?? 'none'}`,
          other.headers['content-type'] ?? 'none',
          [first, other],
        );
      }
      return;
    }
  },
};

export const query: Objective = {
  id: 'lab8.query',
  title: 'Another query is another entry.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab8.hit'],
  timeLimit: 60_000,
  why: 'A cache that forgets part of the question gives wrong answers: whoever asks for series gets films.',
  hints: [
    'By what does a cache find the answer again? By all that makes a difference.',
    'Look at `proxy_cache_key`. Left alone it holds everything: `$scheme$proxy_host$request_uri`.',
  ],
  manual: `${proxyCache}#proxy_cache_key`,
  async check(trial) {
    const { expect, random } = trial;
    const word = random.word(10);
    const targets = [
      `type=tv&n=${word}`,
      `type=movie&n=${word}`,
      `type=tv&n=${word.toUpperCase()}`,
      `type=tv&n=${word}&genre=18`,
    ].map((text) => `/discover?${text}`);
    const said = new Map(targets.map((target) => [target, `["${random.word(12)}"]`]));
    const application = catalog(trial);
    for (const [target, body] of said)
      application.answer(target, { status: 200, headers: { 'Content-Type': 'application/json' }, body });
    try {
      for (const round of [1, 2]) {
        for (const [target, body] of said) {
          const { response, asked } = await watchedVisit(trial, target);
          expect.status(response, 200);
          expect(response.text === body, `the answer to ${target}: ${body}`, response.text.slice(0, 80), [response]);
          expect(asked || round === 2, `the application is asked for ${target}`, 'it was not', [response]);
        }
      }
    } finally {
      for (const target of targets) application.answer(target, undefined);
    }
  },
};

export const methods: Objective = {
  id: 'lab8.methods',
  title: 'A POST always reaches the application, and so does every page but /discover.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab8.hit'],
  timeLimit: 60_000,
  why: 'A POST changes something. Answered from memory it changes nothing, and the visitor is told that all went well.',
  hints: [
    'Which requests may be answered from memory? Those that only ask, and whose answer may be five seconds old.',
    'Look at `proxy_cache_methods`, and at where `proxy_cache` stands: in `server` it counts for all locations.',
  ],
  manual: `${proxyCache}#proxy_cache_methods`,
  async check(trial) {
    const { expect, random } = trial;
    const list = newList(trial);
    expectFilms(trial, await visit(trial, list));
    const options = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"movieId":"none"}' };
    const requests = [
      [`/updatePopularity?${random.word(10)}`, options],
      [list, options],
      [`/?${random.word(10)}`, {}],
      [`/status?${random.word(10)}`, {}],
    ] as const;
    for (const [target, given] of requests) {
      for (let i = 1; i <= 3; i++) {
        const { response, asked } = await watchedVisit(trial, target, given);
        const method = response.request.method;
        expect(
          asked,
          `the application is asked for ${method} ${target}, each time`,
          `it was not, the ${['first', 'second', 'third'][i - 1]} time`,
          [response],
        );
      }
    }
  },
};

export const errors: Objective = {
  id: 'lab8.errors',
  title: 'Errors are not kept: as soon as the application is well again, so is the site.',
  kind: 'core',
  points: 10,
  dependsOn: ['lab8.hit'],
  timeLimit: 60_000,
  why: 'An error that is kept turns a hiccup of a moment into an outage for everybody.',
  hints: [
    'Which answers are kept? It should be the good ones alone.',
    'Look at the words before the time behind `proxy_cache_valid`: `any` is any status.',
  ],
  manual: `${proxyCache}#proxy_cache_valid`,
  async check(trial) {
    const { expect } = trial;
    const application = catalog(trial);
    for (const status of [500, 503, 404]) {
      const target = newList(trial);
      application.answer(target, { status, body: 'a moment, please' });
      try {
        for (let i = 0; i < 2; i++) {
          const { response, asked } = await watchedVisit(trial, target);
          expect.status(response, status);
          expect(asked, `the application is asked again after status ${status}`, 'the error was kept', [response]);
        }
      } finally {
        application.answer(target, undefined);
      }
      const { response, asked } = await watchedVisit(trial, target);
      expect(
        asked && response.status === 200,
        'a list of films once the application is well again',
        `status ${response.status}`,
        [response],
      );
    }
  },
};
