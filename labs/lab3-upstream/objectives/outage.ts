import type { Objective } from '../../../grader/index.ts';
import { bothServe, duringOutage, forgetOutages, instances, marked } from './instances.ts';

/** During one outage. A policy that leaves it to chance spares the stopped instance all of them once in 16 million times. */
const requests = 24;

export const keepsWorking: Objective = {
  id: 'lab3.keeps-working',
  title: 'With either instance stopped, every request still succeeds.',
  kind: 'core',
  points: 25,
  dependsOn: ['lab3.both-backends'],
  needs: ['applications', 'stop-applications'],
  alone: true,
  timeLimit: 60_000,
  why: 'This is what the second instance is for: one may be updated or break, and no user notices.',
  hints: [
    'What does your server do with a request whose instance refuses the connection: give up, or ask the other one?',
    'Look at `proxy_next_upstream` (what counts as a reason to go on) and at `proxy_next_upstream_tries`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream',
  async check(trial) {
    const { client, expect, random } = trial;
    for (const [outage, instance] of instances(trial).entries()) {
      // Nothing has been stopped before the first one.
      if (outage > 0) await forgetOutages(trial);
      await duringOutage(trial, instance, async () => {
        const mark = random.word();
        const responses = await client.burst(Array.from({ length: requests }, (_, i) => `/status?${mark}-${i}`));
        const lost = responses.filter((response) => response.status !== 200);
        expect(
          lost.length === 0,
          `${requests} answers with status 200 while ${instance.name} (${instance.address}) is stopped`,
          `${lost.length} of ${requests} failed, the first with ${lost[0]?.status ? `status ${lost[0].status}` : (lost[0]?.failure ?? '')}`,
          lost.slice(0, 1),
        );
        const served = instances(trial).reduce((sum, one) => sum + marked(one, mark).length, 0);
        expect(
          served >= requests,
          `the other instance gets the ${requests} requests`,
          `it got ${served}`,
          responses.slice(-1),
        );
      });
    }
  },
};

/** ms after which waiting for the other instance as well would cost more than it shows. */
const soon = 2_000;

export const returns: Objective = {
  id: 'lab3.returns',
  title: 'An instance that comes back gets traffic again within 15 s.',
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab3.both-backends'],
  needs: ['applications', 'stop-applications'],
  alone: true,
  timeLimit: 60_000,
  why: 'A balancer that never forgives turns a restart of each instance into an outage of all.',
  hints: [
    'For how long does your server leave an instance alone after a failure?',
    'Look at `fail_timeout` and `max_fails` on the `server` lines of the upstream.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#fail_timeout',
  async check(trial) {
    const { client, expect, random } = trial;
    const [one, other] = instances(trial);
    for (const instance of random.integer(2) === 0 ? [one, other] : [other, one]) {
      await forgetOutages(trial);
      await duringOutage(trial, instance, async () => {
        const responses = await client.burst(Array.from({ length: 16 }, () => `/status?${random.word()}`));
        expect(
          responses.some((response) => response.status === 200),
          `answers while ${instance.name} is stopped`,
          'none',
          responses.slice(-1),
        );
      });
      const returned = performance.now();
      const back = await bothServe(trial);
      expect(back, `${instance.name} (${instance.address}) gets requests within 15 s of its return`, 'it got none');
      // A server that leaves an instance alone for 10 s makes its user wait once, not twice (docs/decisions/one-wait.md).
      if (performance.now() - returned > soon) return;
    }
  },
};
