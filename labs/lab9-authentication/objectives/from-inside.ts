import type { Objective } from '../../../grader/index.ts';
import { ask, basic, expectNotAsked, expectQuestion, secret, someUser } from './staff.ts';

export const fromInside: Objective = {
  id: 'lab9.from-inside',
  title: 'From 127.0.1.0/24, the network of the house, /admin/ needs no password.',
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab9.admits'],
  needs: ['client-addresses'],
  why: 'Two ways to be trusted, and one of them is enough. An address can be, as long as nobody else can have it.',
  hints: [
    'There are two conditions now. Must a visitor meet both, or one?',
    'Look for `satisfy any` beside `allow` and `deny`, and count how many addresses `/24` has.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#satisfy',
  async check(trial) {
    const { expect, random } = trial;
    const { name, password } = someUser(trial);
    for (const from of ['127.0.1.1', `127.0.1.${2 + random.integer(250)}`]) {
      for (const headers of [{}, basic(name, random.word(12))]) {
        const response = await ask(trial, '/admin/users', { from, headers });
        expect.status(response, 200);
        expect.body(response, new RegExp(secret));
      }
    }
    for (const from of ['127.0.0.1', '127.0.0.2', '127.0.2.1', `127.${1 + random.integer(250)}.1.1`]) {
      // An address that a header tells is the client's own word.
      const claim = { 'X-Forwarded-For': '127.0.1.1', 'X-Real-IP': '127.0.1.1', Forwarded: 'for=127.0.1.1' };
      for (const headers of [{}, claim]) {
        const mark = random.word(10);
        const response = await ask(trial, `/admin/?${mark}`, { from, headers });
        expectQuestion(trial, response);
        expectNotAsked(trial, mark, response);
      }
      expect.status(await ask(trial, '/admin/', { from, headers: basic(name, password) }), 200);
    }
  },
};
