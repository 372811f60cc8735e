import type { Objective, Trial } from '../../../grader/index.ts';

const upstreamModule = 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html';
const requests = 40;

/** ms for one answer, on a very busy machine. */
const patience = 20_000;

/** The two that do the work, and the one that waits. */
function instances({ world }: Trial) {
  return {
    first: world.application('catalog-1'),
    second: world.application('catalog-2'),
    spare: world.application('catalog'),
  };
}

/** One visitor's requests, one after the other over one connection: in a server of several workers he stays with one. */
async function visit(trial: Trial, count: number) {
  const mark = trial.random.word(10);
  const connection = mark;
  const paths = Array.from({ length: count }, (_, i) => `/status?${mark}-${i}`);
  const answers = await trial.client.burst(paths, { parallel: 1, connection, timeLimit: patience });
  const { first, second, spare } = instances(trial);
  const arrived = (one: typeof first) => one.seen.filter(({ target }) => target.includes(mark));
  return { answers, first: arrived(first), second: arrived(second), spare: arrived(spare) };
}

export const reuse: Objective = {
  id: 'lab11.reuse',
  title: 'Connections to the applications are used again.',
  kind: 'core',
  points: 15,
  needs: ['applications'],
  alone: true,
  why: 'Opening a connection takes as long as a small answer. Under load the ports run out before anything else does.',
  hints: [
    'How many connections do the instances see for 40 requests?',
    'Look for `keepalive` in the upstream, for `proxy_http_version 1.1`, and for an empty `Connection` header.',
  ],
  manual: `${upstreamModule}#keepalive`,
  async check(trial) {
    const { answers, first, second, spare } = await visit(trial, requests);
    for (const response of answers) trial.expect.status(response, 200);
    const seen = [...first, ...second, ...spare];
    trial.expect(
      seen.length === requests,
      `${requests} requests at the instances`,
      `${seen.length}`,
      answers.slice(-1),
    );
    const connections = new Set(seen.map((one) => `${one.application} ${one.connection}`)).size;
    trial.expect(
      connections <= requests / 4,
      `at most ${requests / 4} connections for ${requests} requests`,
      `${connections}`,
      answers.slice(-1),
    );
  },
};

/** ms for which the text has an instance left alone, and failures that may come before that. */
const leftAlone = 5_000;
const failures = 4;

export const failover: Objective = {
  id: 'lab11.failover',
  title: 'An instance that fails is left alone for a while, and when both do, the one on 127.0.0.1:8080 takes over.',
  kind: 'core',
  points: 15,
  needs: ['stop-applications'],
  alone: true,
  timeLimit: 60_000,
  why: 'Asking a dead instance each time costs every second visitor a wait. And somebody has to be there when all others are gone.',
  hints: [
    'How often is an instance asked that has just failed? And who is asked when both are gone?',
    'Look at `max_fails` and `fail_timeout` behind the servers, and at `backup` behind the third one.',
  ],
  manual: `${upstreamModule}#server`,
  async check(trial) {
    const { expect } = trial;
    const { first, second } = instances(trial);
    const calm = await visit(trial, 12);
    expect(
      calm.spare.length === 0,
      'the spare instance is not asked while others are there',
      `${calm.spare.length} times`,
      calm.answers.slice(-1),
    );
    first.misbehave('die');
    try {
      const began = performance.now();
      const outage = await visit(trial, requests);
      const lost = outage.answers.filter(({ status }) => status !== 200);
      expect(lost.length === 0, `${requests} answers with status 200`, `${lost.length} failed`, lost.slice(0, 1));
      const most = failures * (1 + Math.floor((performance.now() - began) / leftAlone));
      expect(
        outage.first.length <= most,
        `an instance that answers nobody is asked ${most} times at most, for ${requests} requests`,
        `${outage.first.length} times`,
        outage.answers.slice(-1),
      );
    } finally {
      first.misbehave(undefined);
    }
    await Promise.all([first.stop(), second.stop()]);
    try {
      const alone = await visit(trial, 12);
      const lost = alone.answers.filter(({ status }) => status !== 200);
      expect(
        lost.length === 0,
        '12 answers with status 200 while both are stopped',
        `${lost.length} failed`,
        lost.slice(0, 1),
      );
      expect(
        alone.spare.length === 12,
        'the spare instance gets all 12 requests',
        `${alone.spare.length}`,
        alone.answers.slice(-1),
      );
    } finally {
      await Promise.all([first.start(), second.start()]);
      // What it has learnt of this outage is no concern of what comes next.
      await trial.world.restartServer();
    }
  },
};
