import type { Objective } from '../../../grader/index.ts';
import { expectNotAsked, said, somePoster } from './site.ts';

const refused = ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'];
/** Methods that a list of the forbidden ones forgets. A server may well say that it has never heard of them. */
const rare = ['PROPFIND', 'PURGE', 'FROBNICATE'];

export const methods: Objective = {
  id: 'lab10.methods',
  title: 'Methods other than GET, HEAD and POST get 405 or 403 and never reach the application.',
  kind: 'core',
  points: 15,
  needs: ['applications', 'files'],
  why: 'The catalog has no use for DELETE. What nobody needs is best refused where everybody comes by.',
  hints: [
    'What does the application say to DELETE? And why is it asked at all?',
    'Look for `limit_except` in the locations, or for a condition on `$request_method` in the server. Name what is allowed: of the rest there is no end.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#limit_except',
  async check(trial) {
    const { client, expect, random } = trial;
    const poster = `/poster/${await somePoster(trial)}`;
    for (const path of ['/', poster]) {
      for (const method of ['GET', 'HEAD']) expect.status(await client.request(path, { method }), 200);
    }
    const body = JSON.stringify({ movieId: random.word(12), popularity: 7 });
    const options = { headers: { 'Content-Type': 'application/json' }, body };
    // The application says 400: there is no such film.
    expect.status(await client.request('/updatePopularity', { method: 'POST', ...options }), 400);
    for (const method of refused) {
      for (const path of ['/', '/updatePopularity', '/discover', poster]) {
        const mark = random.word(10);
        const more = method === 'PUT' || method === 'PATCH' ? options : {};
        const response = await client.request(`${path}?${mark}`, { method, ...more });
        const { status } = response;
        expect(status === 405 || status === 403, `status 405 or 403 for ${method} ${path}`, said(response), [response]);
        expectNotAsked(trial, mark, response);
      }
    }
    for (const method of rare) {
      for (const path of ['/', '/discover']) {
        const mark = random.word(10);
        const response = await client.request(`${path}?${mark}`, { method });
        const isRefusal = [400, 403, 405, 501].includes(response.status);
        expect(isRefusal, `status 405 or 403 for ${method} ${path}`, said(response), [response]);
        expectNotAsked(trial, mark, response);
      }
    }
  },
};
