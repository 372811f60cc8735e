import {
  type Application,
  type Expect,
  isProbe,
  type Objective,
  type Response,
  type Seen,
} from '../../grader/index.ts';

/** The request with the mark as the application got it. */
function expectSeen(expect: Expect, catalog: Application, mark: string, response: Response): Seen {
  const seen = catalog.seen.find((one) => one.target.includes(mark) || one.headers['x-mark'] === mark);
  expect(seen !== undefined, 'the application gets the request', `status ${response.status}, and it never saw it`, [
    response,
  ]);
  return seen!;
}

export const clientIdentity: Objective = {
  id: 'lab2.client-identity',
  title: "The application sees the real Host, and the client's true address in X-Real-IP and X-Forwarded-For.",
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab2.forwards'],
  needs: ['applications'],
  why: 'Without them every visitor seems to be the proxy: links point to the wrong name, and nobody can be blocked or counted.',
  hints: [
    'What does the application see of the client when the connection comes from your server?',
    'Look at `proxy_set_header` for Host, X-Real-IP and X-Forwarded-For, and at the variables whose values a client cannot make up.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_set_header',
  async check({ client, expect, random, world }) {
    const catalog = world.application('catalog');
    const forged = `203.0.113.${1 + random.integer(250)}`;
    const attempts = [
      { host: 'catalog.test', headers: {} },
      { host: 'www.catalog.test', headers: { 'X-Real-IP': forged, 'X-Forwarded-For': forged } },
    ];
    for (const { host, headers } of attempts) {
      const mark = random.word();
      const response = await client.get(`/whoami?${mark}`, { host, headers: { ...headers, 'X-Mark': mark } });
      const seen = expectSeen(expect, catalog, mark, response);
      const evidence = [response, seen];
      const name = seen.headers.host ?? 'none';
      expect(name.toLowerCase().replace(/:80$/, '') === host, `Host: ${host}`, `Host: ${name}`, evidence);
      const real = seen.headers['x-real-ip'];
      expect(
        real !== undefined && isProbe(real),
        "X-Real-IP with the client's address",
        real === undefined ? 'no X-Real-IP' : `X-Real-IP: ${real}`,
        evidence,
      );
      const forwarded = seen.headers['x-forwarded-for'];
      expect(
        forwarded !== undefined && isProbe(forwarded.split(',').at(-1)!),
        "X-Forwarded-For whose last address is the client's",
        forwarded === undefined ? 'no X-Forwarded-For' : `X-Forwarded-For: ${forwarded}`,
        evidence,
      );
    }
  },
};

export const forwardedProto: Objective = {
  id: 'lab2.forwarded-proto',
  title: 'X-Forwarded-Proto tells the application truthfully whether the client came by http or https.',
  kind: 'stretch',
  points: 5,
  dependsOn: ['lab2.forwards'],
  needs: ['applications'],
  why: 'The application builds links and decides on secure cookies by it; believing the client here undoes HTTPS.',
  hints: [
    'The application sees plain HTTP in any case. Who can tell it how the client came?',
    'Look at `proxy_set_header X-Forwarded-Proto` and at the variable that holds the scheme of the request.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_core_module.html#var_scheme',
  async check({ client, expect, random, world }) {
    const catalog = world.application('catalog');
    for (const headers of [{}, { 'X-Forwarded-Proto': 'https' }]) {
      const mark = random.word();
      const response = await client.get(`/whoami?${mark}`, { headers: { ...headers, 'X-Mark': mark } });
      const seen = expectSeen(expect, catalog, mark, response);
      const proto = seen.headers['x-forwarded-proto'];
      expect(
        proto === 'http',
        'X-Forwarded-Proto: http for a request over plain HTTP, whatever the client says',
        proto === undefined ? 'no X-Forwarded-Proto' : `X-Forwarded-Proto: ${proto}`,
        [response, seen],
      );
    }
  },
};
