import type { Client, Objective, Response, Trial } from '../../../grader/index.ts';
import { evenSplit, evenSplitLooks, takesTurns } from '../../../grader/index.ts';
import { instances, marked } from './instances.ts';
import { PopularityMark } from './popularity-mark.ts';

type BurstOptions = NonNullable<Parameters<Client['burst']>[1]>;

/** How many of some requests each instance answered, and all answers. */
interface Shares {
  readonly first: number;
  readonly second: number;
  readonly responses: readonly Response[];
  /** Who got them, in the order of their arrival (true for the first instance); empty where that can't be seen. */
  readonly order: readonly boolean[];
}

/** `connection` names a kept one that all of them go over; otherwise each has its own. */
type Count = (paths: 'identical' | 'different', requests: number, connection?: string) => Promise<Shares>;

/** Options of a burst that goes over one kept connection, one request after the other. */
function over(connection: string | undefined): BurstOptions {
  return connection === undefined ? {} : { connection, parallel: 1 };
}

/** Counts by what the grader's own instances recorded. */
function countSeen(trial: Trial): Count {
  return async (kind, requests, connection) => {
    const [first, second] = instances(trial);
    const mark = trial.random.word();
    const paths = Array.from(
      { length: requests },
      (_, i) => `/status?mark=${mark}${kind === 'different' ? `-${i}` : ''}`,
    );
    const responses = await trial.client.burst(paths, over(connection));
    const ofFirst = marked(first, mark);
    const ofSecond = marked(second, mark);
    const order = [...ofFirst, ...ofSecond]
      .toSorted((one, other) => one.receivedAt - other.receivedAt)
      .map(({ application }) => application === first.name);
    return { first: ofFirst.length, second: ofSecond.length, responses, order };
  };
}

/** Runs a measurement with whichever way of telling the instances apart this target allows. */
async function measure(trial: Trial, use: (count: Count) => Promise<void>): Promise<void> {
  if (trial.world.has('applications')) return use(countSeen(trial));
  const mark = await PopularityMark.place(trial);
  await use(async (kind, requests, connection) => {
    const { marked, unmarked, responses } = await mark.read(requests, kind, over(connection));
    return { first: marked, second: unmarked, responses, order: [] };
  });
}

export const bothBackends: Objective = {
  id: 'lab3.both-backends',
  title: "Both instances of the catalog answer one client's requests.",
  kind: 'core',
  points: 25,
  alone: true,
  timeLimit: 30_000,
  why: 'An instance that gets no requests costs money and helps nobody: users still wait for the other one.',
  hints: [
    'How many instances does your server know of, and does each of them get a request now and then?',
    'Look at the `upstream` block: one `server` line for each instance (ports 8081 and 8082), and the name of the block in `proxy_pass`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html',
  async check(trial) {
    const { expect } = trial;
    await measure(trial, async (count) => {
      const requests = 32;
      const { first, second, responses } = await count('different', requests);
      const refused = responses.find((response) => response.status !== 200);
      expect(
        refused === undefined,
        `${requests} answers with status 200`,
        `status ${refused?.status}`,
        responses.slice(0, 2),
      );
      expect(
        first > 0 && second > 0,
        `both instances get some of ${requests} requests`,
        `one got ${Math.max(first, second)}, the other ${Math.min(first, second)}`,
        responses.slice(-1),
      );
      expect(
        first + second <= requests * 1.1,
        `each of ${requests} requests is sent to one instance`,
        `the instances got ${first + second} requests`,
        responses.slice(-1),
      );
      if (trial.world.has('applications')) await expectBothTokens(trial);
    });
  },
};

/** That it is the instances' own words which come back: a copy sent to an instance whose answer is thrown away is no balancing. */
async function expectBothTokens(trial: Trial): Promise<void> {
  const answers = await trial.client.burst(Array.from({ length: 20 }, () => `/?${trial.random.word()}`));
  for (const instance of instances(trial)) {
    const own = answers.filter((answer) => answer.text.includes(instance.token));
    trial.expect(
      own.length > 0,
      `answers of ${instance.name} (${instance.address}) among ${answers.length}`,
      'none',
      answers.slice(-1),
    );
  }
}

export const evenDistribution: Objective = {
  id: 'lab3.even-distribution',
  title: 'Each of the two instances gets half of the requests, identical ones and different ones alike.',
  kind: 'core',
  points: 35,
  dependsOn: ['lab3.both-backends'],
  alone: true,
  timeLimit: 120_000,
  why: 'Two equal machines carry twice the load of one only when each gets half; at 2:1 one is full while the other idles.',
  hints: [
    'Who decides which instance gets the next request: chance, a turn, the client, or a weight?',
    'Look into the `upstream` block for words that bend the turn: `weight`, `backup`, `ip_hash`, `hash`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#server',
  async check(trial) {
    await measure(trial, async (count) => {
      const total = { first: 0, second: 0, sent: 0 };
      const order: boolean[] = [];
      for (const look of evenSplitLooks) {
        const requests = (look - total.sent) / 2;
        for (const kind of ['identical', 'different'] as const) {
          const { first, second, responses, order: mine } = await count(kind, requests);
          order.push(...mine);
          total.first += first;
          total.second += second;
          total.sent += requests;
          trial.expect(
            first + second >= requests * 0.9,
            `${requests} ${kind} requests reach the instances`,
            `${first + second} did`,
            responses.slice(-1),
          );
          const { even, tolerance } = evenSplit(first, second);
          trial.expect(
            even,
            `each instance gets half of ${requests} ${kind} requests (${tolerance})`,
            `one got ${first}, the other ${second}`,
            responses.slice(-1),
          );
        }
        if (total.sent === evenSplitLooks[0]) await expectTurnsWithinConnection(trial, count);
        const { even, decided, tolerance } = evenSplit(total.first, total.second);
        trial.expect(
          even,
          `each instance gets half of the requests (${tolerance})`,
          `one got ${total.first}, the other ${total.second}`,
        );
        if (decided || takesTurns(order)) return;
      }
    });
  },
};

const kept = 40;
/** Fewest of 40 requests that an instance gets from any even policy: fewer come once in 50 million times by chance. */
const fewest = 4;

/** That the choice is made for each request: who balances connections sends all that one client asks to one instance. */
async function expectTurnsWithinConnection(trial: Trial, count: Count): Promise<void> {
  const { first, second, responses } = await count('different', kept, trial.random.word());
  trial.expect(
    Math.min(first, second) >= fewest,
    `each instance gets ${fewest} or more of ${kept} requests that come over one connection`,
    `one got ${Math.max(first, second)}, the other ${Math.min(first, second)}`,
    responses.slice(-1),
  );
}
