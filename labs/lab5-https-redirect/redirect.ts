import { type Expect, expectPoster, type Objective, type Response, type World } from '../../grader/index.ts';
import { overHttps, somePoster } from './tls.ts';

/**
 * Whether a Location is `https://` + the host asked for + exactly the target. It may name the default port of the
 * scheme, or the port that stands for it in the sandbox.
 */
function expectRedirect(expect: Expect, world: World, response: Response, host: string, target: string): void {
  expect.status(response, 301, 308);
  const location = response.headers.location ?? '';
  const port = /:(\d+)$/.exec(world.address.https)?.[1] ?? '443';
  const origins = [`https://${host}`, `https://${host}:443`, `https://${host}:${port}`];
  const origin = location.slice(0, location.indexOf('/', 'https://'.length));
  expect(
    origins.includes(origin.toLowerCase()) && sameTarget(location.slice(origin.length), target),
    `Location: https://${host}${target}`,
    location === '' ? 'no Location' : `Location: ${location}`,
    [response],
  );
}

/** Whether two targets are the same but for the case of hex digits, which makes no difference (RFC 3986, section 6.2.2.1). */
function sameTarget(one: string, other: string): boolean {
  const upper = (target: string) => target.replace(/%[0-9a-f]{2}/gi, (octet) => octet.toUpperCase());
  return upper(one) === upper(other);
}

const redirectHints = [
  'Compare the address you asked for with the one in `Location`, piece by piece: scheme, host, path, query.',
  'Look at `return`: its status, and the variables for the host the client asked for and for the path and query as it sent them.',
];

export const redirect: Objective = {
  id: 'lab5.redirect',
  title: 'Every path and query on port 80 gets 301 or 308 to the same host, path and query under https://.',
  kind: 'core',
  points: 30,
  why: 'Old links and typed addresses begin with http://. They must lead to the very page that was meant, for good.',
  hints: redirectHints,
  manual: 'https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return',
  async check({ client, expect, random, world }) {
    const word = random.word();
    const targets = [
      '/',
      '/discover?type=tv&genre=18',
      `/poster/${word}.jpg`,
      `/${word}/a%20film/caf%C3%A9?q=%C3%A9%20x+y&y=1&y=2`,
      `/updatePopularity?${word}`,
    ];
    for (const host of ['catalog.test', 'www.catalog.test', `${random.word()}.example`]) {
      for (const method of ['GET', 'HEAD', 'POST']) {
        const options = { method, host, ...(method === 'POST' ? { body: '{}' } : {}) };
        const responses = await Promise.all(targets.map((target) => client.request(target, options)));
        for (const [i, response] of responses.entries()) expectRedirect(expect, world, response, host, targets[i]!);
      }
    }
  },
};

export const noPlaintext: Objective = {
  id: 'lab5.no-plaintext',
  title: 'Port 80 serves no content of the application or of the posters, whatever the method and the name.',
  kind: 'core',
  points: 15,
  needs: ['applications', 'files'],
  why: 'What is sent in plain text can be read and changed by anybody between the user and you.',
  hints: [
    'Is there any name, path or method with which port 80 still answers with more than a redirect?',
    'Look at every `server` that listens on port 80, and at every `location` in it; a server without `listen` listens there, too.',
  ],
  manual: 'https://nginx.org/en/docs/http/request_processing.html',
  async check(trial) {
    const { client, expect, random, world } = trial;
    const catalog = world.application('catalog');
    const name = await somePoster(trial);
    const poster = Buffer.from(await world.readFile('poster', name));
    // That the content is there at all, and is known when it is seen: silence about nothing would prove nothing.
    const known = await catalog.ask('/');
    if (!known.text.includes(catalog.token) || poster.length === 0)
      throw new Error(`the application is not there to be hidden: status ${known.status}`);
    let answered = 0;
    for (const host of ['catalog.test', 'www.catalog.test', 'localhost', `${random.word()}.example`, null]) {
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS']) {
        const mark = random.word(10);
        const paths = [
          `/?${mark}`,
          `/discover?type=tv&${mark}`,
          `/${mark}`,
          `/poster/${name}?${mark}`,
          `/index.html?${mark}`,
        ];
        const body = method === 'POST' || method === 'PUT' ? { body: '{}' } : {};
        const asked = paths.map((path) => client.request(path, { method, host, ...body }));
        const part = { method, host, headers: { Range: 'bytes=100-199' } };
        if (method === 'GET') asked.push(client.request(`/poster/${name}?${mark}`, part));
        const responses = await Promise.all(asked);
        for (const response of responses) {
          if (response.status !== 0) answered++;
          const shown =
            response.text.includes(catalog.token) ||
            response.headers['x-run'] === catalog.token ||
            Buffer.from(response.body).includes(poster);
          // An answer to HEAD shows no content, and that there would be some.
          const success = response.status >= 200 && response.status < 300;
          const served = success && (method === 'HEAD' || response.body.length > 0);
          expect(!shown && !served, 'no content over plain HTTP', `status ${response.status} with content`, [response]);
        }
        const seen = catalog.seen.find((one) => one.target.includes(mark));
        expect(
          seen === undefined,
          'no request from port 80 reaches the application',
          `it was asked for ${seen?.method} ${seen?.target}`,
          seen ? [responses[0]!, seen] : [],
        );
      }
    }
    expect(answered > 0, 'a server on port 80', 'nobody answers there');
  },
};

export const arrives: Objective = {
  id: 'lab5.arrives',
  title: 'Following the redirect ends in 200 in one hop.',
  kind: 'core',
  points: 10,
  dependsOn: ['lab5.redirect', 'lab5.https-content'],
  needs: ['https'],
  why: 'Each hop is a wait for the user; a circle of redirects is a page that never comes.',
  hints: [
    'Follow the redirect by hand with `curl -L -v`. How many times are you sent on?',
    'Look for a `return` or `rewrite` in the `server` with `listen 443`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_rewrite_module.html',
  async check(trial) {
    const { client, expect, random, world } = trial;
    const live = !world.has('applications');
    const poster = live ? await expectPoster(trial, overHttps) : `/poster/${await somePoster(trial)}`;
    for (const path of ['/', '/discover?type=tv&genre=18', `/status?${random.word()}`, poster]) {
      const first = await client.get(path);
      expect.status(first, 301, 308);
      const location = URL.parse(first.headers.location ?? '');
      expect(location !== null, `a Location with an address for ${path}`, first.headers.location ?? 'none', [first]);
      const target = first.headers.location!.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
      const second = await client.get(target, {
        https: true,
        host: location!.hostname,
        ...(live && { verify: false }),
      });
      expect.status(second, 200);
      if (path === '/' && !live) expect.body(second, new RegExp(world.application('catalog').token));
    }
  },
};

export const verbatim: Objective = {
  id: 'lab5.verbatim',
  title: 'Even %2F, %3F and doubled slashes stay as they are in the redirect.',
  kind: 'stretch',
  points: 5,
  why: 'To an application a/b and a%2Fb may be two different names; a redirect that tidies up sends users to the other one.',
  hints: redirectHints,
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#var_request_uri',
  async check({ client, expect, random }) {
    const word = random.word();
    const targets = [`/${word}/a%2Fb`, `/${word}/a%3Fb?x=1`, `/${word}//c//d`, `//${word}/e`, `/${word}?q=%2F%41`];
    const responses = await client.burst(targets);
    for (const [i, response] of responses.entries()) {
      expect.status(response, 301, 302, 303, 307, 308);
      const location = response.headers.location ?? 'no Location';
      const target = location.replace(/^https?:\/\/[^/]*/i, '');
      expect(target === targets[i], `a Location that ends in ${targets[i]}`, location, [response]);
    }
  },
};
