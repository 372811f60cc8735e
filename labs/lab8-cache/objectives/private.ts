import type { Objective } from '../../../grader/index.ts';
import { catalog, expectFilms, newList, visit, watchedVisit } from './lists.ts';

export const privateAnswers: Objective = {
  id: 'lab8.private',
  title: 'An answer with Set-Cookie, or with private or no-store in Cache-Control, is never given to anybody else.',
  kind: 'stretch',
  points: 5,
  dependsOn: ['lab8.hit'],
  timeLimit: 60_000,
  why: 'With somebody else’s cookie a visitor is somebody else. Such mistakes of caches have been in the news.',
  hints: [
    'The application says of some answers that they are for one visitor alone. Who has to listen?',
    'Look for `proxy_ignore_headers`: left out, nginx does as the application says.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_ignore_headers',
  async check(trial) {
    const { expect, random } = trial;
    const application = catalog(trial);
    const kinds: readonly Readonly<Record<string, string>>[] = [
      { 'Set-Cookie': `session=${random.word(12)}; Path=/` },
      { 'Cache-Control': 'private' },
      { 'Cache-Control': 'no-store' },
      { 'Cache-Control': 'private, max-age=60' },
    ];
    for (const headers of kinds) {
      const target = newList(trial);
      const name = Object.entries(headers)
        .map(([header, value]) => `${header}: ${value}`)
        .join();
      application.answer(target, { status: 200, headers, body: `["${random.word()}"]` });
      try {
        for (let i = 0; i < 2; i++) {
          const { response, asked } = await watchedVisit(trial, target);
          expect.status(response, 200);
          expect(
            asked,
            `the application is asked for each visitor when it says ${name}`,
            'the second one got the answer of the first',
            [response],
          );
        }
      } finally {
        application.answer(target, undefined);
      }
    }
  },
};

export const authorization: Objective = {
  id: 'lab8.authorization',
  title: 'A request with Authorization goes past the cache: it is not answered from it, and its answer is not kept.',
  kind: 'stretch',
  points: 5,
  dependsOn: ['lab8.hit'],
  timeLimit: 60_000,
  why: 'Whoever logs in may see more than others, and may want to see it now.',
  hints: [
    'Two things must not happen: that he gets what others got, and that others get what he got.',
    'Look for `proxy_cache_bypass` and `proxy_no_cache`. Either does half of it.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_bypass',
  async check(trial) {
    const { expect, random } = trial;
    const headers = { Authorization: `Basic ${Buffer.from(`alice:${random.word()}`).toString('base64')}` };
    const kept = newList(trial);
    expectFilms(trial, await visit(trial, kept));
    const past = await watchedVisit(trial, kept, { headers });
    expect.status(past.response, 200);
    expect(
      past.asked,
      'the application is asked for a request with Authorization, although there is an entry',
      'it was not',
      [past.response],
    );
    const own = newList(trial);
    for (const given of [{ headers }, {}]) {
      const { response, asked } = await watchedVisit(trial, own, given);
      expect.status(response, 200);
      expect(asked, 'an answer to a request with Authorization is not kept for others', 'the next visitor got it', [
        response,
      ]);
    }
  },
};
