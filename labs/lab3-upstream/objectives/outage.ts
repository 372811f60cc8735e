import type { Application, Objective, Response, Trial } from '../../../grader/index.ts';
import { duringOutage, forgetOutages, instances, marked, recoveryLimit, restart, withoutTraffic } from './instances.ts';

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

/** ms within which a server that never leaves an instance alone for long gives it traffic again. */
const soon = 2_000;

export const returns: Objective = {
  id: 'lab3.returns',
  title: 'An instance that comes back gets traffic again within 15 s.',
  kind: 'stretch',
  points: 10,
  dependsOn: ['lab3.both-backends'],
  needs: ['applications', 'stop-applications'],
  alone: true,
  timeLimit: 90_000,
  why: 'A balancer that never forgives turns a restart of each instance into an outage of all.',
  hints: [
    'For how long does your server leave an instance alone after a failure?',
    'Look at `fail_timeout` and `max_fails` on the `server` lines of the upstream.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#fail_timeout',
  async check(trial) {
    const [one, other] = instances(trial);
    if (trial.world.has('skip-time')) {
      for (const instance of [one, other])
        await returnsAfter(trial, instance, () => trial.world.skipTime(recoveryLimit - soon));
      return;
    }
    await outage(trial, one);
    if ((await withoutTraffic(trial, soon)).length === 0) {
      await returnsAfter(trial, other);
    } else {
      await bothTogether(trial, other);
    }
  },
};

/** Its 15 s are waited for, but for those that can be skipped. */
async function returnsAfter(trial: Trial, instance: Application, skipSome?: () => void): Promise<void> {
  await outage(trial, instance);
  skipSome?.();
  const left = await withoutTraffic(trial, skipSome === undefined ? recoveryLimit : soon);
  const [missing] = left;
  trial.expect(
    missing === undefined,
    `${missing?.name} (${missing?.address}) gets requests within 15 s of its return`,
    'it got none',
  );
}

/** An instance stops, requests come that may show it to the server, and it returns. */
async function outage(trial: Trial, instance: Application): Promise<void> {
  await forgetOutages(trial);
  await duringOutage(trial, instance, async () => {
    const responses = await someRequests(trial);
    trial.expect(
      responses.some((response) => response.status === 200),
      `answers while ${instance.name} is stopped`,
      'none',
      responses.slice(-1),
    );
  });
}

/**
 * A server that leaves an instance alone for 10 s makes its user wait once and not twice: the other instance fails while
 * the first is still left alone. What that can't tell is asked one by one (docs/decisions/one-wait.md).
 */
async function bothTogether(trial: Trial, other: Application): Promise<void> {
  await other.stop();
  try {
    await someRequests(trial);
  } finally {
    await other.start();
  }
  const returned = performance.now();
  const left = await withoutTraffic(trial, recoveryLimit);
  // Each had a time of its own to wait for.
  if (left.length === 0 && performance.now() - returned > soon) return;
  // Back at once, when all had failed, or not at all, which may be due to just that.
  await restart(trial);
  for (const instance of left.length === 0 ? instances(trial) : left) {
    await returnsAfter(trial, instance);
  }
}

/** In three waves: in a server of several workers each should come to know of the outage. */
async function someRequests({ client, random }: Trial) {
  const responses: Response[] = [];
  for (let wave = 0; wave < 3; wave++)
    responses.push(...(await client.burst(Array.from({ length: 16 }, () => `/status?${random.word()}`))));
  return responses;
}
