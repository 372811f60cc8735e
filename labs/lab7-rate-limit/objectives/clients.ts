import { expectPoster, type Objective, type Response, type Trial } from '../../../grader/index.ts';
import { admitted, asks, type ClientAddress, freshClient, rate, refused, tooMany, usedOn, volley } from './budget.ts';

/** Uses up the budget of a client, and returns its answers; the refusals are what the rest is compared with. */
async function useUp(trial: Trial, client: ClientAddress): Promise<readonly Response[]> {
  const answers = await volley(trial, client, asks(trial.random.word(10), tooMany));
  trial.expect(
    refused(answers).length > 0,
    `a client that asks ${tooMany} times at once is refused in the end`,
    'it never was',
    answers.slice(-1),
  );
  return answers;
}

/**
 * What one client gets right after another has used up its budget. With one budget for both that is what has come anew
 * in the meantime, 5 a second; where that could be half of a burst, it is tried again.
 */
async function afterAnother(trial: Trial, most: number): Promise<readonly Response[]> {
  for (let attempt = 1; ; attempt++) {
    const first = await useUp(trial, await freshClient(trial));
    const other = await volley(trial, await freshClient(trial), asks(trial.random.word(10), most));
    const between = Math.max(...other.map(({ sentAt }) => sentAt)) - Math.max(...first.map(({ sentAt }) => sentAt));
    if ((between / 1_000) * rate * 2 < most || attempt === 5) return other;
  }
}

export const perClient: Objective = {
  id: 'lab7.per-client',
  title: 'Each client address has a budget of its own, and no header buys another.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab7.limited'],
  needs: ['client-addresses'],
  alone: true,
  timeLimit: 30_000,
  why: 'With one budget for all, a single script locks everybody out: the limit itself has become the attack.',
  hints: [
    'By what does your server tell one client from another? And can a client choose what that is?',
    'Look at the first word behind `limit_req_zone`: it is the key that is counted by.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req_zone',
  async check(trial) {
    const { expect, random } = trial;
    const most = usedOn(trial).burst;
    const other = await afterAnother(trial, most);
    // A burst of a few may owe one of them to a slow machine.
    usedOn(trial).shared = admitted(other).length * 2 <= (most < 4 ? 0 : most);
    expect(
      !usedOn(trial).shared,
      `another address is admitted as often as the first one, which was ${most} times before it was refused`,
      `it was admitted ${admitted(other).length} times`,
      refused(other).slice(-1),
    );
    const masked = await freshClient(trial);
    const address = () => `198.51.100.${random.integer(250)}`;
    const answers = await Promise.all(
      asks(random.word(10), tooMany).map((path) =>
        trial.client.get(path, {
          ...masked,
          headers: {
            'X-Forwarded-For': address(),
            'X-Real-IP': address(),
            'User-Agent': random.word(),
            Referer: `https://catalog.test/${random.word()}`,
            Authorization: `Bearer ${random.word()}`,
            'Accept-Language': random.word(2),
            Cookie: `s=${random.word()}`,
          },
          timeLimit: 15_000,
        }),
      ),
    );
    expect(
      refused(answers).length > 0,
      `some of ${tooMany} requests from one address are refused, whatever its headers say`,
      'all were admitted',
      answers.slice(-1),
    );
  },
};

export const onlyDiscover: Objective = {
  id: 'lab7.only-discover',
  title: '/status and the posters are not limited, not even for a client whose budget is used up.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab7.limited'],
  alone: true,
  timeLimit: 30_000,
  why: 'One page shows forty posters. A limit that counts them too shows the visitor a page with holes.',
  hints: [
    'Which requests are counted? Only those that are expensive should be.',
    'Look at where `limit_req` stands: what is written in `server` or `http` counts for all locations.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req',
  async check(trial) {
    const { client, expect, random, world } = trial;
    const poster = world.has('files')
      ? `/poster/${random.pick((await world.listFiles('poster')).filter((name) => /^[\w-]+\.jpg$/.test(name)))}`
      : await expectPoster(trial);
    const address = await freshClient(trial);
    await useUp(trial, address);
    const others: readonly (readonly [string, readonly Response[]])[] = [
      [
        '/status',
        await client.volley(
          Array.from({ length: 16 }, () => `/status?${random.word()}`),
          address,
        ),
      ],
      [
        'posters',
        await client.volley(
          Array.from({ length: 16 }, () => poster),
          address,
        ),
      ],
      [
        'other pages',
        await client.volley(
          Array.from({ length: 14 }, () => `/?${random.word()}`),
          address,
        ),
      ],
    ];
    for (const [name, answers] of others) {
      const lost = answers.filter(({ status }) => status !== 200);
      expect(
        lost.length === 0,
        `${answers.length} answers with status 200 for ${name}`,
        `${lost.length} with ${lost[0]?.status ? `status ${lost[0].status}` : lost[0]?.failure}`,
        lost.slice(0, 1),
      );
    }
  },
};
