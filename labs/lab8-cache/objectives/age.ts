import { type Objective, pause, type Response, type Trial } from '../../../grader/index.ts';
import { type Entry, expectFilms, growOld, lifetime, newList, timesAsked, type Visit, watchedVisit } from './lists.ts';

/** ms by which an entry may be younger or older: caches count in whole seconds, and not all of them from the same moment. */
const early = 1_000;
const late = 2_000;

export const expires: Objective = {
  id: 'lab8.expires',
  title: 'An entry is good for 5 seconds (give or take one); then the application is asked again.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab8.hit'],
  timeLimit: 60_000,
  why: 'How old an answer may be is a promise to the visitor; a cache that forgets to forget breaks it.',
  hints: [
    'For how long is an answer kept? Ask, wait, and ask again.',
    'Look at the time behind `proxy_cache_valid`: 5s, 5m and 5h look alike.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_valid',
  async check(trial) {
    const { expect, signal } = trial;
    const old = await growOld(trial);
    const { target, first } = old.expiring;
    expectFilms(trial, first);
    let visit = await expectYoung(trial, old.expiring);
    // What was asked about too late may have expired by then.
    const before = timesAsked(trial, target);
    while (visit === undefined || !visit.asked) {
      await pause(Math.max(150, first.sentAt + lifetime - performance.now()), signal);
      const next = await watchedVisit(trial, target);
      // A cache may give the old answer once more and ask meanwhile, which is seen later.
      if (!next.asked && timesAsked(trial, target) > before) break;
      visit = next;
      if (visit.asked) break;
      const age = visit.response.sentAt - first.answeredAt;
      expect(
        age < lifetime + late,
        'the application is asked again after 5 s',
        `it was not, after ${(age / 1_000).toFixed(1)} s`,
        [visit.response],
      );
    }
    if (visit !== undefined) expectFilms(trial, visit.response);
    old.expired = visit;
  },
};

/**
 * That an entry which is three and a half seconds old is still good. A machine that was busy with other things, so that the
 * answer came later, shows nothing, and another entry is looked at. Returns what was seen of the given one, if it was.
 */
async function expectYoung(trial: Trial, given: Entry): Promise<Visit | undefined> {
  const at = lifetime - early - 500;
  let seen: Visit | undefined;
  for (let attempt = 1; attempt <= 5; attempt++) {
    let entry = given;
    if (performance.now() - given.first.sentAt > at) {
      const target = newList(trial);
      entry = { target, first: (await watchedVisit(trial, target)).response };
    }
    await pause(Math.max(0, entry.first.sentAt + at - performance.now()), trial.signal);
    const visit = await watchedVisit(trial, entry.target);
    if (entry === given) seen = visit;
    if (visit.response.answeredAt - entry.first.sentAt >= lifetime - early) continue;
    trial.expect(!visit.asked, 'the application is not asked again within 4 s', 'it was', [visit.response]);
    trial.expect.body(visit.response, entry.first.body);
    break;
  }
  return seen;
}

/** What `X-Cache-Status` says. */
function statusOf(response: Response): string {
  return (response.headers['x-cache-status'] ?? '').toUpperCase();
}

export const statusHeader: Objective = {
  id: 'lab8.status-header',
  title: 'X-Cache-Status says MISS, HIT and EXPIRED, and says so truthfully.',
  kind: 'core',
  points: 15,
  dependsOn: ['lab8.hit', 'lab8.expires'],
  timeLimit: 60_000,
  why: 'From outside a kept answer looks like any other. Who has to find out why a page is old needs to be told.',
  hints: [
    'How can somebody outside tell a kept answer from a new one?',
    'Look for `add_header X-Cache-Status` and for the variable that knows what the cache did: `$upstream_cache_status`.',
  ],
  manual: 'https://nginx.org/en/docs/http/ngx_http_upstream_module.html#var_upstream_cache_status',
  async check(trial) {
    const { expect } = trial;
    const target = newList(trial);
    for (let attempt = 1; ; attempt++) {
      const first = await watchedVisit(trial, `${target}${attempt}`);
      const second = await watchedVisit(trial, `${target}${attempt}`);
      expect(first.asked, 'the application is asked for a new list', 'it was not', [first.response]);
      expect(statusOf(first.response) === 'MISS', 'X-Cache-Status: MISS for a new list', seen(first.response), [
        first.response,
      ]);
      if (second.asked && second.response.sentAt - first.response.sentAt > lifetime - early && attempt < 5) continue;
      expect(statusOf(second.response) === 'HIT', 'X-Cache-Status: HIT for a kept one', seen(second.response), [
        second.response,
      ]);
      break;
    }
    const { expired } = await growOld(trial);
    if (expired === undefined) throw new Error('no entry has expired');
    // STALE and UPDATING are as true, of a cache that gives the old answer once more while it asks.
    expect(
      /^(EXPIRED|REVALIDATED|STALE|UPDATING)$/.test(statusOf(expired.response)),
      'X-Cache-Status: EXPIRED for one that was too old',
      seen(expired.response),
      [expired.response],
    );
  },
};

function seen(response: Response): string {
  const value = response.headers['x-cache-status'];
  return value === undefined ? `status ${response.status} without X-Cache-Status` : `X-Cache-Status: ${value}`;
}
