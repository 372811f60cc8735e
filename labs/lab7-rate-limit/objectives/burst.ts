import { type Objective, pause, type Response, type Trial } from '../../../grader/index.ts';
import {
  admitted,
  ask,
  asks,
  burstSize,
  type ClientAddress,
  decided,
  expectVerdicts,
  freshClient,
  rate,
  refused,
  tooMany,
  usedOn,
  volley,
} from './budget.ts';

const limitReq = 'https://nginx.org/en/docs/http/ngx_http_limit_req_module.html';

export const limited: Objective = {
  id: 'lab7.limited',
  title:
    'Of 24 requests for /discover that one client sends at once some are refused, with 429, and never reach the application.',
  kind: 'core',
  points: 20,
  timeLimit: 30_000,
  why: 'One script in a loop takes the site away from everybody. Refused at the door it costs next to nothing; in the application it costs all.',
  hints: [
    'Who counts how often a client asks, and where is that count held against him?',
    'Look for `limit_req_zone` outside of all servers, `limit_req` in a location for /discover, and `limit_req_status`.',
  ],
  manual: limitReq,
  async check(trial) {
    const { expect, random, world } = trial;
    const client = await freshClient(trial);
    const mark = random.word(10);
    const answers = await volley(trial, client, asks(mark, tooMany));
    expectVerdicts(trial, answers);
    expect(
      admitted(answers).length > 0,
      'the first requests of a client are admitted',
      'none was',
      answers.slice(0, 1),
    );
    usedOn(trial).burst = admitted(answers).length;
    const turnedAway = refused(answers);
    expect(
      turnedAway.length > 0,
      `some of ${tooMany} requests at once are refused with 429`,
      'all got 200',
      answers.slice(-1),
    );
    if (!world.has('applications')) return;
    await decided(trial);
    const { seen } = world.application('catalog');
    for (const answer of turnedAway) {
      const mine = answer.request.path.slice(answer.request.path.indexOf('n='));
      const found = seen.find(({ target }) => target.endsWith(mine));
      expect(
        found === undefined,
        'the application is not asked for what was refused',
        `it was asked for ${found?.target}`,
        found === undefined ? [] : [answer, found],
      );
    }
  },
};

/** Requests beyond the burst that nobody minds: other ways to count differ by one or two. */
const tolerance = 2;
/** ms between two requests of the flood, and the least and the most that it goes on. */
const every = 50;
const least = 1_000;
const longest = 10_000;

/**
 * Goes on asking 20 times a second until twice the rate would have shown: on a machine that takes long to find out what
 * was decided, that is later. Returns the answers to come, and when everything was decided.
 */
async function flood(
  trial: Trial,
  client: ClientAddress,
): Promise<{ readonly open: readonly Promise<Response>[]; readonly end: number }> {
  const mark = trial.random.word(10);
  const open: Promise<Response>[] = [];
  const began = performance.now();
  for (let until = least; ; until += least) {
    for (let elapsed = 0; elapsed < until; elapsed = performance.now() - began) {
      await pause(every, trial.signal);
      // Those that are late by now are sent at once.
      while (open.length * every < performance.now() - began)
        open.push(ask(trial, client, asks(`${mark}${open.length}`, 1)[0]!));
    }
    const over = performance.now();
    await Promise.race([Promise.all(open), pause(every, trial.signal)]);
    const end = await decided(trial);
    if (over - began - (end - over) >= 0.85 * least || end - began > longest) return { open, end };
  }
}

export const burst: Objective = {
  id: 'lab7.burst',
  title: 'A burst of 10 requests is admitted and no more than 5 a second beyond it (give or take 2).',
  kind: 'core',
  points: 25,
  dependsOn: ['lab7.limited'],
  alone: true,
  timeLimit: 40_000,
  why: 'A page asks for several things at once and is no attack; a limit without a burst breaks it. A burst too large is no limit.',
  hints: [
    'How many requests does your server admit at once, and how many each second after that?',
    'Look at `rate=` in the zone and at `burst=` behind `limit_req`. Without `burst` it is 0.',
  ],
  manual: `${limitReq}#limit_req`,
  async check(trial) {
    const { expect, random } = trial;
    const client = await freshClient(trial);
    const mark = random.word(10);
    const first = await volley(trial, client, asks(mark, tooMany));
    expectVerdicts(trial, first);
    const soFar = admitted(first).length;
    expect(
      soFar >= burstSize,
      `${burstSize} or more of ${tooMany} requests at once are admitted`,
      `${soFar} were`,
      refused(first).slice(-1),
    );
    const { open, end } = await flood(trial, client);
    const answers = [...first, ...(await Promise.all(open))];
    expectVerdicts(trial, answers);
    const sent = answers.map(({ sentAt }) => sentAt);
    const seconds = (Math.max(end, ...sent) - Math.min(...sent)) / 1_000;
    const most = Math.floor(1 + burstSize + rate * seconds + tolerance);
    const all = admitted(answers).length;
    expect(
      all <= most,
      `at most ${most} of ${answers.length} requests are admitted within ${seconds.toFixed(1)} s: ${burstSize}, ${rate} a second, and ${tolerance + 1} to spare`,
      `${all} were`,
      admitted(answers).slice(-1),
    );
  },
};
