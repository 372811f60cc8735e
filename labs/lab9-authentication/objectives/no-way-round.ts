import type { Objective, RequestOptions, Response, Trial } from '../../../grader/index.ts';
import { arrivals, ask, basic, host, office, secret, someUser } from './staff.ts';

/** Pages below /admin/, in spellings that an application may read as such. */
const spellings: readonly string[] = [
  '/admin/',
  '/admin/users',
  '//admin/',
  '///admin//users',
  '/%61dmin/',
  '/%61%64%6D%69%6E/',
  '/admin%2Fusers',
  '/x/../admin/',
  '/x/%2e%2e/admin/users',
  '/x%2f..%2fadmin/',
  '/./admin/',
  '/%2e/admin/',
  '/x/..//admin/',
  '/admin/../admin/users',
  '/%2561dmin/',
  '/../admin/',
];

const methods = ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'BREW'];

export const noWayRound: Objective = {
  id: 'lab9.no-way-round',
  title: 'No other spelling, method or name leads to a page below /admin/ without a password.',
  kind: 'core',
  points: 20,
  dependsOn: ['lab9.admits'],
  needs: ['applications'],
  why: 'Whoever wants to get in tries them all: //admin/, /%61dmin/, /x/../admin/, another method. Your server and the application must mean the same page.',
  hints: [
    'Is it the path as the client wrote it that you compare, or the one that your server made of it? And is it one page, or all of them?',
    'Look at the kind of location (`= /admin/` is one page), at `limit_except`, and for `$request_uri`. A `location` and `$uri` are decoded and without doubled slashes; but sent on like that, `$uri` is decoded once more behind you.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#location',
  async check(trial) {
    const { random, world } = trial;
    const { name, password } = someUser(trial);
    // That there is something to get at, and what it looks like.
    const allowed = await ask(trial, '/admin/', { headers: basic(name, password) });
    trial.expect.body(allowed, new RegExp(secret));
    const asked: (readonly [string, RequestOptions])[] = [
      ...spellings.map((path) => [path, {}] as const),
      ...methods.map((method) => ['/admin/users', { method, ...(method === 'POST' && { body: 'x' }) }] as const),
      ...['BackOffice.TEST', `${host}:443`, `${host}.`].map((other) => ['/admin/', { host: other }] as const),
      ['/admin/', { host: `${random.word(6)}.test` }],
      ['/admin/', { host: null }],
      ['/admin/', { https: false }],
    ];
    for (const [path, options] of asked) {
      const mark = random.word(10);
      await expectNothing(trial, await ask(trial, `${path}?${mark}`, options), mark);
    }
    const mark = random.word(10);
    const url = { 'X-Original-URL': `/admin/?${mark}`, 'X-Rewrite-URL': `/admin/?${mark}` };
    await expectNothing(trial, await ask(trial, '/', { headers: url }), mark);
    if (!world.has('https') || !allowed.request.url.startsWith('https:')) return;
    const second = await trial.client.http2(`/admin/?${random.word(10)}`, { host });
    trial.expect(!second.text.includes(secret), 'nothing of the page over HTTP/2', 'the page', [second]);
  },
};

/** That an answer shows nothing of the page, and that the application wasn't asked for it. */
async function expectNothing(trial: Trial, response: Response, mark: string): Promise<void> {
  const { method, path } = response.request;
  trial.expect(!response.text.includes(secret), `nothing of the page for ${method} ${path}`, 'the page', [response]);
  for (const seen of arrivals(trial, mark)) {
    // What the application makes of it, it knows best.
    const page = await office(trial).ask(seen.target);
    trial.expect(
      !page.text.includes(secret),
      `the application is not asked for a page below /admin/ by ${method} ${path}`,
      `it was asked for ${seen.target}, which is one`,
      [response, seen],
    );
  }
}
