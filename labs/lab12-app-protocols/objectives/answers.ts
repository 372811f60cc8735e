import { expectCatalog, expectOutage, type Objective, type Trial } from '../../../grader/index.ts';
import { applicationOf, askSite, php, python, type Site, sites } from './sites.ts';

/** That a site is answered by its application, with what that has to say now. */
async function expectItsOwnWords(trial: Trial, site: Site): Promise<void> {
  const { client, expect, random, world } = trial;
  const { host, called } = site;
  if (!world.has('applications')) return expectCatalog(trial, { host });
  const application = applicationOf(trial, site);
  const mark = random.word();
  const before = application.requests;
  const response = await client.get(`/?${mark}`, { host });
  expect.status(response, 200);
  expect(
    response.text.includes(application.token),
    `what ${called} said this time ("${application.token}")`,
    response.text.slice(0, 120),
    [response],
  );
  expect(application.requests > before, `${called} is asked`, 'it was not', [response]);
  for (const news of [random.word(12), random.word(12)]) {
    application.answer('/', { status: 200, headers: { 'Content-Type': 'text/plain' }, body: news });
    try {
      expect.body(await client.get(`/?news=${mark}`, { host }), news);
    } finally {
      application.answer('/', undefined);
    }
  }
}

export const uwsgi: Objective = {
  id: 'lab12.uwsgi',
  title: 'catalog.test is answered by the application in Python, which speaks uwsgi on 127.0.0.1:3031.',
  kind: 'core',
  points: 15,
  why: 'Programs in Python rarely face the web themselves: an application server keeps them running, and takes requests in a protocol of its own.',
  hints: [
    'Which application answers at catalog.test? And in which protocol does your server ask it?',
    'Look at `location /` in the server of catalog.test: `proxy_pass` speaks HTTP, `uwsgi_pass` speaks uwsgi.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_uwsgi_module.html#uwsgi_pass',
  check: (trial) => expectItsOwnWords(trial, python),
};

export const fastcgi: Objective = {
  id: 'lab12.fastcgi',
  title: 'www.catalog.test is answered by the application in PHP, which speaks FastCGI on 127.0.0.1:9000.',
  kind: 'core',
  points: 15,
  why: 'Most of the sites in the world are written in PHP, and php-fpm, which runs them, speaks nothing but FastCGI.',
  hints: [
    'Who answers at www.catalog.test? Does any server have that name?',
    'Look for a `server` with `server_name www.catalog.test`, and for `fastcgi_pass` in it: the address has no `http://`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_pass',
  check: (trial) => expectItsOwnWords(trial, php),
};

export const answers: Objective = {
  id: 'lab12.answers',
  title: 'Status, headers and body of what the applications answer come back, errors and redirects included.',
  kind: 'core',
  points: 10,
  dependsOn: ['lab12.uwsgi', 'lab12.fastcgi'],
  why: 'To php-fpm a status is a header among others. A client must get all of it as HTTP, an error in the words of the application.',
  hints: [
    'Compare the answer of the application with what the client gets: which part was replaced on its way?',
    'Look at `uwsgi_intercept_errors`, `fastcgi_intercept_errors`, `error_page`, and at the directives that hide headers.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html#fastcgi_intercept_errors',
  async check(trial) {
    const { expect, random, world } = trial;
    for (const site of sites) {
      const bad = await trial.client.request('/updatePopularity', {
        method: 'POST',
        host: site.host,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ movieId: `no-such-${random.word()}`, popularity: 1 }),
      });
      expect.status(bad, 400);
      expect.body(bad, /"error"/);
      if (!world.has('applications')) continue;
      const application = applicationOf(trial, site);
      const word = random.word(12);
      for (const [status, more] of [
        [201, {}],
        [303, { Location: `/films/${word}` }],
        [404, {}],
        [500, {}],
        [503, { 'Retry-After': '120' }],
      ] as const) {
        const path = `/own-words-${random.word()}`;
        const body = `${status} in the words of the application: ${word}\n`;
        const headers = {
          'Content-Type': 'text/x-film',
          'X-Film': word,
          'Set-Cookie': `film=${word}; Path=/`,
          ...more,
        };
        application.answer(path, { status, headers, body });
        try {
          const { response } = await askSite(trial, site, path);
          expect.status(response, status);
          expect.body(response, body);
          expect.header(response, 'content-type', /^text\/x-film/);
          expect.header(response, 'x-film', word);
          expect.header(response, 'set-cookie', new RegExp(`^film=${word}`));
          if ('Location' in more) expect.header(response, 'location', new RegExp(`^(https?://[^/]+)?/films/${word}$`));
          if ('Retry-After' in more) expect.header(response, 'retry-after', '120');
        } finally {
          application.answer(path, undefined);
        }
      }
    }
  },
};

export const backendDown: Objective = {
  id: 'lab12.backend-down',
  title:
    'With an application stopped its clients get 502, 503 or 504 within 10 s, and 200 again within 15 s of its return; the other site goes on.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab12.uwsgi', 'lab12.fastcgi'],
  needs: ['applications', 'stop-applications'],
  alone: true,
  timeLimit: 80_000,
  why: 'uWSGI and php-fpm are restarted with each new version of the program. The server in front has to say so honestly, and to notice when they are back.',
  hints: [
    'What does a client see while the application is down: an honest error, an old page, or nothing for a long time?',
    'Look at `error_page` (does it change the status?), at `uwsgi_connect_timeout` and `fastcgi_connect_timeout`, and at `fail_timeout` of an upstream.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_uwsgi_module.html#uwsgi_connect_timeout',
  async check(trial) {
    for (const site of sites) {
      const other = sites.find((one) => one !== site)!;
      await expectOutage(trial, applicationOf(trial, site), { host: site.host }, async () => {
        trial.expect.status(await trial.client.get('/status', { host: other.host }), 200);
      });
    }
  },
};
