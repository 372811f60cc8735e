import type { Application, RequestOptions, Response, Trial, World } from '../../../grader/index.ts';

/** ms for which the lab keeps an answer. */
export const lifetime = 5_000;

export function catalog({ world }: Trial): Application {
  return world.application('catalog');
}

/** A list of films that nobody has asked for yet. */
export function newList({ random }: Trial): string {
  return `/discover?type=${random.pick(['movie', 'tv'])}&n=${random.word(12)}`;
}

/** How often the application has been asked for a target, with whatever method. */
export function timesAsked(trial: Trial, target: string): number {
  return catalog(trial).seen.filter((seen) => seen.target === target).length;
}

const visitors = new WeakMap<World, number>();

/** Asks as another visitor does, from an address of his own where there are several: what is kept is for everybody. */
export function visit(trial: Trial, path: string, options: RequestOptions = {}): Promise<Response> {
  return trial.client.request(path, { timeLimit: 15_000, ...visitor(trial), ...options });
}

export function visitor({ world }: Trial): Pick<RequestOptions, 'from'> {
  if (!world.has('client-addresses')) return {};
  const number = (visitors.get(world) ?? 0) + 1;
  visitors.set(world, number);
  return { from: `127.0.${1 + Math.floor(number / 250)}.${2 + (number % 250)}` };
}

/** One request and whether the application was asked for it. */
export interface Visit {
  readonly response: Response;
  readonly asked: boolean;
}

/** Asks for a target and sees whether the application was asked as well, by the time there is an answer. */
export async function watchedVisit(trial: Trial, target: string, options: RequestOptions = {}): Promise<Visit> {
  const before = timesAsked(trial, target);
  const response = await visit(trial, target, options);
  return { response, asked: timesAsked(trial, target) > before };
}

/** An entry that was made early, so that it has time to grow old while other things are looked at. */
export interface Entry {
  readonly target: string;
  readonly first: Response;
}

interface Ageing {
  readonly expiring: Entry;
  readonly left: Entry;
  /** The first visit after the entry had expired, once there was one. */
  expired?: Visit | undefined;
}

const ageing = new WeakMap<World, Promise<Ageing>>();

/** Entries that grow old from the first call on: one to see expire, one that is left alone until the application is down. */
export function growOld(trial: Trial): Promise<Ageing> {
  let found = ageing.get(trial.world);
  if (found === undefined) {
    const make = async (): Promise<Entry> => {
      const target = newList(trial);
      return { target, first: await visit(trial, target) };
    };
    found = (async () => ({ expiring: await make(), left: await make() }))();
    ageing.set(trial.world, found);
  }
  return found;
}

/** That an answer is one that the application gave, and not an error on the way. */
export function expectFilms({ expect }: Trial, response: Response): void {
  expect.status(response, 200);
  expect(response.body.length > 0, 'a list of films', 'an empty body', [response]);
}
