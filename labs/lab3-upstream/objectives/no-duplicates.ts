import type { Objective, Response, Seen, Trial } from '../../../grader/index.ts';
import { duringOutage, forgetOutages, instances, orAfterRestart } from './instances.ts';

/** Posts a change that nobody else makes; the mark is in the path, in a header and in the body. */
function post({ client }: Trial, mark: string): Promise<Response> {
  return client.request(`/votes-${mark}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Mark': mark },
    body: JSON.stringify({ vote: mark }),
  });
}

/** How often the instances got a marked request, all together; a copy may come by another path (`mirror`). */
function deliveries(trial: Trial, mark: string): number {
  const carries = ({ target, headers, body }: Seen): boolean =>
    target.includes(mark) || headers['x-mark'] === mark || Buffer.from(body).includes(mark);
  return instances(trial).reduce((sum, { seen }) => sum + seen.filter(carries).length, 0);
}

function expectOnce(trial: Trial, mark: string, when: string, response: Response): void {
  const times = deliveries(trial, mark);
  trial.expect(times === 1, `a POST is delivered once ${when}`, `it was delivered ${times} times`, [response]);
}

/** Has both instances answer the path of a mark with 200. */
function acceptVotes(trial: Trial, mark: string, accept: boolean): void {
  for (const instance of instances(trial)) {
    instance.answer(`/votes-${mark}`, accept ? { status: 200, body: '{"message":"counted"}' } : undefined);
  }
}

/** Posts `count` votes and demands that each is answered with 200 and delivered once. */
async function vote(trial: Trial, count: number, when: string): Promise<void> {
  const posted: { mark: string; response: Response }[] = [];
  for (let i = 0; i < count; i++) {
    const mark = trial.random.word(12);
    acceptVotes(trial, mark, true);
    const response = await post(trial, mark);
    acceptVotes(trial, mark, false);
    trial.expect.status(response, 200);
    trial.expect.body(response, /counted/);
    posted.push({ mark, response });
  }
  // A copy is sent beside the original: by now, a few requests later, the first ones have arrived.
  await trial.client.burst(Array.from({ length: 4 }, () => `/status?${trial.random.word()}`));
  for (const { mark, response } of posted) expectOnce(trial, mark, when, response);
}

export const noDuplicates: Objective = {
  id: 'lab3.no-duplicates',
  title:
    'A POST is delivered exactly once: while both instances run, while one refuses connections, and when one dies over it.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab3.both-backends'],
  needs: ['applications', 'stop-applications'],
  alone: true,
  timeLimit: 60_000,
  why: 'A POST may be an order or a vote. Sent again after an instance took it, it counts twice, and nobody knows.',
  hints: [
    'When may a request be sent to a second instance: always after a failure, or only while nothing was handed over?',
    'Look at `proxy_next_upstream`: one of its words lets even a POST be sent again. Look for `mirror`, too.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream',
  async check(trial) {
    await orAfterRestart(trial, () => vote(trial, 6, 'while both instances run'));
    for (const instance of instances(trial)) {
      await forgetOutages(trial);
      await duringOutage(trial, instance, () => vote(trial, 4, `while ${instance.name} refuses connections`));
    }
    await forgetOutages(trial);
    await orAfterRestart(trial, () => dieOver(trial));
  },
};

/** Both instances take a POST and die over it; whichever got it, the other must not. */
async function dieOver(trial: Trial): Promise<void> {
  const marks = Array.from({ length: 3 }, () => trial.random.word(12));
  try {
    let delivered = 0;
    for (const mark of marks) {
      for (const instance of instances(trial)) instance.misbehave('die', `/votes-${mark}`);
      const response = await post(trial, mark);
      const times = deliveries(trial, mark);
      delivered += times;
      trial.expect(
        times <= 1,
        'a POST that an instance took before it died is not sent to the other',
        `it was delivered ${times} times`,
        [response],
      );
      trial.expect(response.status !== 200, 'an error for a POST whose instance died', `status ${response.status}`, [
        response,
      ]);
    }
    trial.expect(delivered > 0, 'a POST reaches an instance that dies over it', 'none did');
  } finally {
    for (const instance of instances(trial)) instance.misbehave(undefined);
  }
}
