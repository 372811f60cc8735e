import type { Objective } from '../../../grader/index.ts';
import { instances, marked, orAfterRestart } from './instances.ts';

const requests = 60;
/** Connections that still count as reuse: room for some workers, each with connections of its own. */
const most = requests / 2;

export const keepalive: Objective = {
  id: 'lab3.keepalive',
  title: 'The balancer uses its connections to the instances again.',
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab3.both-backends'],
  needs: ['applications'],
  alone: true,
  why: 'A new connection for every request costs a round trip and a port each time; under load the ports run out.',
  hints: [
    'How many connections do the instances see for the same number of requests?',
    'Look at `keepalive` in the upstream, and at `proxy_http_version` and the `Connection` header that go with it.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive',
  async check(trial) {
    const { client, expect, random } = trial;
    await orAfterRestart(trial, async () => {
      const mark = random.word();
      // Two clients that keep their connections: some servers (HAProxy is one) lend no connection to a client's first request.
      const bursts = [0, 1].map((one) =>
        client.burst(
          Array.from({ length: requests / 2 }, (_, i) => `/status?${mark}-${one}-${i}`),
          { parallel: 1, connection: `${mark}-${one}` },
        ),
      );
      const responses = (await Promise.all(bursts)).flat();
      let seen = 0;
      let connections = 0;
      for (const instance of instances(trial)) {
        const mine = marked(instance, mark);
        seen += mine.length;
        connections += new Set(mine.map((one) => one.connection)).size;
      }
      expect(seen >= requests, `${requests} requests reach the instances`, `${seen} did`, responses.slice(-1));
      expect(
        connections <= most,
        `at most ${most} connections to the instances for ${requests} requests`,
        `${connections} connections`,
        responses.slice(-1),
      );
    });
  },
};
