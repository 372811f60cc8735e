import { type Objective, pause, type Response, type Trial, type World } from '../../../grader/index.ts';
import { admitted, areApart, ask, asks, burstSize, decided, freshClient, refill, refused, volley } from './budget.ts';

/** What a client got that keeps to a pace, and one that comes back after a pause. */
interface Paces {
  readonly steady: readonly Response[];
  readonly before: readonly Response[];
  readonly after: readonly Response[];
}

/** ms between two requests, 4 a second, and how many: a budget of 10 that refills too slowly is used up by then. */
const interval = 250;
const requests = 13;

async function keepPace(trial: Trial): Promise<readonly Response[]> {
  const client = await freshClient(trial);
  const answers: Promise<Response>[] = [];
  for (const path of asks(trial.random.word(10), requests)) {
    answers.push(ask(trial, client, path));
    await pause(interval, trial.signal);
  }
  return Promise.all(answers);
}

async function comeBack(trial: Trial): Promise<Pick<Paces, 'before' | 'after'>> {
  for (let attempt = 1; ; attempt++) {
    const client = await freshClient(trial);
    const before = volley(trial, client, asks(trial.random.word(10), burstSize));
    // Whoever is queued is answered later; that he was admitted is decided by now.
    await Promise.race([before, pause(interval, trial.signal)]);
    const rested = (await decided(trial)) + refill;
    await pause(rested - performance.now(), trial.signal);
    const after = await volley(trial, client, asks(trial.random.word(10), burstSize));
    const late = Math.max(...after.map(({ sentAt }) => sentAt)) - rested;
    // What came late says nothing about a server that needs more than 2 s.
    if (late < refill / 2 || admitted(after).length < burstSize || attempt === 3)
      return { before: await before, after };
  }
}

const measured = new WeakMap<World, Promise<Paces>>();

/** Both measurements, made once for a target; side by side where there are two clients to make them. */
function paces(trial: Trial): Promise<Paces> {
  let found = measured.get(trial.world);
  if (found === undefined) {
    found = measure(trial);
    measured.set(trial.world, found);
  }
  return found;
}

async function measure(trial: Trial): Promise<Paces> {
  if (areApart(trial)) {
    const [steady, back] = await Promise.all([keepPace(trial), comeBack(trial)]);
    return { steady, ...back };
  }
  const steady = await keepPace(trial);
  return { steady, ...(await comeBack(trial)) };
}

export const steady: Objective = {
  id: 'lab7.steady',
  title: 'A steady pace of 4 requests a second is never refused.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab7.burst'],
  alone: true,
  timeLimit: 40_000,
  why: 'Whoever keeps to what you allow must never feel the limit; otherwise the limit is another one than you say.',
  hints: [
    'How much does your server allow in the long run, when all bursts are over?',
    'Look at the unit behind `rate=`: a second or a minute?',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req_zone',
  async check(trial) {
    const { steady: answers } = await paces(trial);
    const lost = answers.filter(({ status }) => status !== 200);
    trial.expect(
      lost.length === 0,
      `${requests} answers with status 200, at 4 requests a second`,
      `${lost.length} were refused, the first with ${lost[0]?.status || lost[0]?.failure}`,
      lost.slice(0, 1),
    );
  },
};

export const recovers: Objective = {
  id: 'lab7.recovers',
  title: 'Two seconds after a client has used up its burst, it has the whole burst again.',
  kind: 'core',
  points: 10,
  dependsOn: ['lab7.burst'],
  alone: true,
  timeLimit: 40_000,
  why: 'A limit is no punishment: whoever waits as long as the rate demands is as welcome as he was at first.',
  hints: [
    'How long does it take until a burst of 10 is forgotten, at 5 a second? And at the rate that your server has?',
    'Look at `rate=` in the zone.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req_zone',
  async check(trial) {
    const { before, after } = await paces(trial);
    const first = admitted(before).length;
    trial.expect(
      first === burstSize,
      `${burstSize} requests at once are admitted`,
      `${first} were`,
      refused(before).slice(-1),
    );
    const again = admitted(after).length;
    trial.expect(
      again === burstSize,
      `${burstSize} requests at once are admitted again after ${refill / 1_000} s`,
      `${again} were`,
      after.filter(({ status }) => status !== 200).slice(-1),
    );
  },
};
