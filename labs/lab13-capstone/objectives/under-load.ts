import { eventually, type Objective, type Response, type Trial, type User } from '../../../grader/index.ts';
import { forgetOutages } from '../../lab3-upstream/objectives/instances.ts';
import { basic } from '../../lab9-authentication/objectives/staff.ts';
import { oneCatalog } from './one-catalog.ts';

const visitors = 16;
/** Slow pages that each of them waits for. */
const slowOnes = 2;
/** Requests for lists that a robot sends at once: more than any reading of the limit admits. */
const robot = 40;

/** One request of the load, and what the site owes its visitor. */
interface Visit {
  readonly response: Response;
  readonly wanted: number;
}

/** A visitor with an address of his own. Every second one keeps his connection to the catalog. */
interface Visitor {
  readonly from: string;
  readonly connection?: string;
}

function visitorsOf({ random }: Trial): readonly Visitor[] {
  return Array.from({ length: visitors }, (_, i) => ({
    from: `127.0.200.${i + 1}`,
    ...(i % 2 === 0 && { connection: `load ${random.word(6)}` }),
  }));
}

/** What everybody does once: the page, a poster, a list, a vote, the door of the back office, and what is behind it. */
async function round(trial: Trial, visitor: Visitor, poster: string, list: string, user: User): Promise<Visit[]> {
  const { client, random } = trial;
  const { from } = visitor;
  const vote = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"movieId":"none"}' };
  const staff = { host: 'backoffice.test', from };
  const timeLimit = 20_000;
  const steps = [
    [200, `/?${random.word(10)}`, {}],
    [200, `/status?${random.word(10)}`, {}],
    [200, poster, {}],
    [200, list, {}],
    [400, `/updatePopularity?${random.word(12)}`, vote],
    [401, '/admin/', staff],
    [200, '/admin/users', { ...staff, headers: basic(user.name, user.password) }],
  ] as const;
  const visits: Visit[] = [];
  for (const [wanted, path, options] of steps) {
    const { connection } = visitor;
    const kept =
      connection === undefined || !('host' in options) ? visitor : { from, connection: `staff ${connection}` };
    let response = await client.request(path, { timeLimit, ...kept, ...options });
    // A server may close a kept connection at the moment when somebody asks over it, and every client asks anew then
    // (RFC 9112, section 9.3.1).
    if ('connection' in kept && wanted === 200 && /closed without an answer|reset/.test(response.failure ?? ''))
      response = await client.request(path, { timeLimit, from, ...options });
    visits.push({ response, wanted });
  }
  return visits;
}

/** That each request got what it was owed. */
function expectAll({ expect }: Trial, visits: readonly Visit[], when: string): void {
  const lost = visits.filter(({ response, wanted }) => response.status !== wanted);
  const [first] = lost;
  const { method, path } = first?.response.request ?? {};
  expect(
    first === undefined,
    `each of ${visits.length} requests ${when} gets the answer it should${first === undefined ? '' : `; ${method} ${path} should get ${first.wanted}`}`,
    `${lost.length} of them didn't; this one got ${first?.response.status ? `status ${first.response.status}` : (first?.response.failure ?? '')}`,
    first === undefined ? [] : [first.response],
  );
}

/** That no vote was counted twice, and none was lost, whichever instance it was given to. */
function expectOnce({ expect, world }: Trial, visits: readonly Visit[]): void {
  const times = new Map<string, number>();
  for (const name of ['catalog-1', 'catalog-2'] as const)
    for (const { target } of world.application(name).seen) times.set(target, (times.get(target) ?? 0) + 1);
  const votes = visits.filter(({ response }) => response.request.method === 'POST');
  const wrong = votes.find(({ response }) => times.get(response.request.path) !== 1);
  expect(
    wrong === undefined,
    `each of ${votes.length} POST requests is delivered once`,
    `one was delivered ${times.get(wrong?.response.request.path ?? '') ?? 0} times`,
    wrong === undefined ? [] : [wrong.response],
  );
}

/** Pages that take their time, some for each visitor; all wait for their answers until `end`. */
async function slowPages(trial: Trial, all: readonly Visitor[]) {
  const catalog = oneCatalog(trial.world).application('catalog');
  const path = `/slow-${trial.random.word(10)}`;
  catalog.answer(path, { status: 200, body: 'done' });
  const release = catalog.hold(path);
  const asked = all
    .flatMap((one) => Array.from({ length: slowOnes }, () => one))
    .map(({ from }) => trial.client.get(path, { from, timeLimit: 40_000 }));
  const answers = Promise.all(asked);
  answers.catch(() => {});
  // Whoever is answered before the pages are there isn't answered by them, and needs no waiting for.
  let refused = false;
  Promise.race(asked).then(
    () => {
      refused = true;
    },
    () => {},
  );
  await eventually(
    async () => catalog.seen.filter(({ target }) => target === path).length,
    (arrived) => arrived >= asked.length || refused,
    15_000,
    trial.signal,
  );
  return {
    async end(): Promise<readonly Visit[]> {
      release();
      const responses = await answers;
      catalog.answer(path, undefined);
      return responses.map((response) => ({ response, wanted: 200 }));
    },
  };
}

/** A robot that wants all lists at once: some of it is too much, and that is nobody else's concern. */
async function expectRobotRefused({ client, expect, random }: Trial): Promise<void> {
  const mark = random.word(8);
  const paths = Array.from({ length: robot }, (_, i) => `/discover?type=tv&n=${mark}-${i}`);
  const answers = await client.volley(paths, { from: '127.0.201.1', timeLimit: 20_000 });
  const strange = answers.find(({ status }) => status !== 200 && status !== 429);
  expect(
    strange === undefined && answers.some(({ status }) => status === 429),
    `status 200 or 429, and some of the latter, for a robot that asks ${robot} times at once`,
    strange === undefined ? 'all were admitted' : `status ${strange.status}`,
    [strange ?? answers.at(-1)!],
  );
}

export const underLoad: Objective = {
  id: 'lab13.under-load',
  title:
    'Sixteen visitors at once lose no request, while a robot is refused, slow pages wait, and an instance fails and returns.',
  kind: 'core',
  points: 4,
  dependsOn: ['lab13.keeps-working', 'lab13.limited', 'lab13.admits'],
  needs: ['applications', 'stop-applications', 'files', 'users', 'client-addresses'],
  alone: true,
  timeLimit: 60_000,
  why: 'Each rule may be right by itself and still be in the way of another. What visitors get is what all of them do together.',
  hints: [
    'Which of your limits counts more than one visitor at a time? Count how many there are, and how many answers are on their way.',
    'Look for limits that belong to the server and not to a client: `max_conns` behind an instance, a `limit_conn` by `$server_name`, `worker_connections`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#max_conns',
  async check(trial) {
    const { random, world } = trial;
    const all = visitorsOf(trial);
    const poster = `/poster/${random.pick((await world.listFiles('poster')).filter((name) => /^[\w-]+\.jpg$/.test(name)))}`;
    const user = random.pick(world.users);
    const load = async (): Promise<readonly Visit[]> => {
      const list = `/discover?type=tv&genre=18&n=${random.word(8)}`;
      return (await Promise.all(all.map((visitor) => round(trial, visitor, poster, list, user)))).flat();
    };
    await forgetOutages(trial);
    const slow = await slowPages(trial, all);
    const beside = await load().finally(() => slow.end());
    const visits = [...beside];
    expectAll(trial, [...beside, ...(await slow.end())], 'while slow pages wait');
    const other = random.pick([world.application('catalog-1'), world.application('catalog-2')]);
    await other.stop();
    try {
      const [outage] = await Promise.all([load(), expectRobotRefused(trial)]);
      expectAll(trial, outage, 'while an instance is stopped');
      visits.push(...outage);
    } finally {
      await other.start();
    }
    const after = await load();
    expectAll(trial, after, 'after its return');
    expectOnce(trial, [...visits, ...after]);
  },
};
