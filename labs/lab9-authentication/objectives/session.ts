import type { Objective, Response, Seen, Trial } from '../../../grader/index.ts';
import { arrivals, ask, office } from './staff.ts';

/** Where the application says whether a visitor is logged in. */
const endpoint = '/session';

/** Asks for a report while the application says this of whoever comes; the answer, and what the endpoint was asked. */
async function whileItSays(
  trial: Trial,
  status: number,
  path: string,
): Promise<{ response: Response; questions: readonly Seen[]; mark: string; cookie: string }> {
  const mark = trial.random.word(10);
  const cookie = `visit=${mark}`;
  const before = office(trial).seen.length;
  office(trial).answer(endpoint, { status, body: status === 204 ? '' : 'No.' });
  try {
    const response = await ask(trial, `${path}?${mark}`, { headers: { Cookie: cookie } });
    const questions = office(trial)
      .seen.slice(before)
      .filter(({ target }) => target.split('?')[0] === endpoint);
    return { response, questions, mark, cookie };
  } finally {
    office(trial).answer(endpoint, undefined);
  }
}

export const session: Objective = {
  id: 'lab9.session',
  title: 'For each page below /reports/ the application decides at /session: 2xx lets in, 401 and 403 keep out.',
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab9.asks'],
  needs: ['applications'],
  alone: true,
  why: 'Users who log in with a form have a cookie that only the application understands. The web server can ask it, page by page, and still serve the pages itself.',
  hints: [
    'Who knows whether a cookie is a good one? Your server can ask before it answers.',
    'Look for `auth_request` in a location for /reports/: it names a location of your own, which leads on to /session.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_auth_request_module.html',
  async check(trial) {
    const { expect } = trial;
    // Taken in turns: what was said of the last visit says nothing of this one.
    for (const said of [204, 401, 200, 403, 204, 500]) {
      const path = said === 200 ? '/reports/./' : '/reports/';
      const { response, questions, mark, cookie } = await whileItSays(trial, said, path);
      expect(
        questions.length > 0,
        `the application is asked for ${endpoint} before ${path} is answered`,
        'it was not asked',
        [response],
      );
      const question = questions[0]!;
      const brought = question.headers.cookie ?? 'none';
      expect(brought === cookie, `${endpoint} gets the cookie of the visitor (${cookie})`, brought, [
        response,
        question,
      ]);
      const page = arrivals(trial, mark).find(({ target }) => target.startsWith('/reports/'));
      if (said < 300) {
        expect.status(response, 200);
        expect.body(response, /For whoever has logged in/);
        continue;
      }
      const kept = said === 500 ? response.status >= 500 : response.status === said;
      expect(
        kept,
        said === 500
          ? 'a status of 500 or more when the application can’t say'
          : `status ${said}, as the application said`,
        `status ${response.status}`,
        [response],
      );
      expect(page === undefined, 'the page is not asked for', `${page?.target} was`, page && [response, page]);
    }
  },
};
