import type { Objective } from '../../grader/index.ts';

/** What a gateway says whose application can't be reached; which of them is its maker's choice (docs/decisions/outage-status.md). */
const outageStatuses = [502, 503, 504];
/** ms a client waits for the verdict that the application is down. */
const refusalLimit = 10_000;
/** ms until the application must be reachable again after its return (nginx leaves a failed server alone for 10,000). */
const recoveryLimit = 15_000;

export const backendDown: Objective = {
  id: 'lab2.backend-down',
  title:
    'With the application stopped clients get 502, 503 or 504 within 10 s, and 200 again within 15 s of its return.',
  kind: 'core',
  points: 20,
  dependsOn: ['lab2.forwards'],
  needs: ['applications', 'stop-applications'],
  alone: true,
  timeLimit: 50_000,
  why: 'Applications are restarted every day. The server in front has to say so honestly, and to notice when they are back.',
  hints: [
    'What does a client see while the application is down: an honest error, an old page, or nothing for a long time?',
    'Look at `error_page` (does it change the status?), at `proxy_connect_timeout`, and at `fail_timeout` of an upstream.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_connect_timeout',
  async check({ client, expect, random, world, signal }) {
    const catalog = world.application('catalog');
    const mark = random.word();
    expect.status(await client.get(`/status?${mark}`), 200);
    await catalog.stop();
    try {
      // One that it has answered before, and another one.
      for (const path of [`/status?${mark}`, `/?${mark}-down`]) {
        const response = await client.get(path, { timeLimit: refusalLimit });
        expect(
          response.status !== 0,
          'status 502, 503 or 504 within 10 s while the application is stopped',
          `no answer: ${response.failure ?? 'the connection ended'}`,
          [response],
        );
        expect.status(response, ...outageStatuses);
      }
    } finally {
      await catalog.start();
    }
    const deadline = performance.now() + recoveryLimit;
    let response = await client.get(`/?${mark}-back`);
    while (response.status !== 200 && performance.now() < deadline && !signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      response = await client.get(`/?${mark}-back`);
    }
    expect.status(response, 200);
    expect(
      response.text.includes(catalog.token),
      `the application's own words again ("${catalog.token}")`,
      response.text.slice(0, 120),
      [response],
    );
  },
};
