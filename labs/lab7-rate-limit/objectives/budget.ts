import { pause, type RequestOptions, type Response, type Trial, type World } from '../../../grader/index.ts';

/** Requests a second that a client may send to /discover, and how many at once. */
export const rate = 5;
export const burstSize = 10;

/** ms after which a budget that was used up is whole again: the burst at the rate, and a tenth more. */
export const refill = (burstSize / rate) * 1_100;

/** Who asks: an address of this machine, or the only one it has. */
export type ClientAddress = Pick<RequestOptions, 'from'>;

/** Which clients have been used on a target, and when the last one was. */
interface Used {
  addresses: number;
  lastAt: number;
  /** How many requests at once the first client was admitted with. */
  burst: number;
  /** Found out: all of them have one budget. */
  shared: boolean;
}

const used = new WeakMap<World, Used>();

export function usedOn({ world }: Trial): Used {
  let mine = used.get(world);
  if (mine === undefined) {
    mine = { addresses: 1, lastAt: Number.NEGATIVE_INFINITY, burst: 0, shared: false };
    used.set(world, mine);
  }
  return mine;
}

/** Requests at once that no reading of the limit admits. */
export const tooMany = 24;

/** Whether two clients that send at the same time don't spoil each other's budget. */
export function areApart(trial: Trial): boolean {
  return trial.world.has('client-addresses') && !usedOn(trial).shared;
}

/**
 * A client that has its whole budget: an address that nobody has sent from yet. Where there is one address only, or
 * one budget for all, the time since it was used last has to be long enough.
 */
export async function freshClient(trial: Trial): Promise<ClientAddress> {
  const mine = usedOn(trial);
  const wait = areApart(trial) ? 0 : mine.lastAt + refill - performance.now();
  if (wait > 0) await pause(wait, trial.signal);
  return anotherClient(trial);
}

/** A client whose requests for /discover don't matter. */
export function anotherClient(trial: Trial): ClientAddress {
  return trial.world.has('client-addresses') ? { from: `127.0.0.${++usedOn(trial).addresses}` } : {};
}

/** ms that an answer may take: requests that are put in a queue wait for their turn. */
const timeLimit = 15_000;

/** Requests for /discover, all different and with a mark in them. */
export function asks(mark: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `/discover?type=${i % 2 ? 'tv' : 'movie'}&genre=18&n=${mark}-${i}`);
}

/** Sends `count` requests for /discover at once. */
export async function volley(
  trial: Trial,
  client: ClientAddress,
  paths: readonly string[],
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly Response[]> {
  const answers = await trial.client.volley(paths, { ...client, headers, timeLimit });
  usedOn(trial).lastAt = performance.now();
  return answers;
}

/** Sends one request for /discover. */
export async function ask(trial: Trial, client: ClientAddress, path: string): Promise<Response> {
  const answer = await trial.client.get(path, { ...client, timeLimit });
  usedOn(trial).lastAt = performance.now();
  return answer;
}

export const admitted = (answers: readonly Response[]): readonly Response[] =>
  answers.filter(({ status }) => status === 200);
export const refused = (answers: readonly Response[]): readonly Response[] =>
  answers.filter(({ status }) => status === 429);

/** That every answer is one of the two that the lab knows: 200 for what is admitted, 429 for what is too much. */
export function expectVerdicts(trial: Trial, answers: readonly Response[]): void {
  const other = answers.find(({ status }) => status !== 200 && status !== 429);
  trial.expect(
    other === undefined,
    'status 200, or 429 for what is too much',
    other?.status ? `status ${other.status}` : `no answer: ${other?.failure ?? ''}`,
    other === undefined ? [] : [other],
  );
}

/**
 * Waits until the server has decided about everything that was sent before: a few requests later, on connections of
 * their own, and to a path that isn't limited. Returns when that was.
 */
export async function decided(trial: Trial): Promise<number> {
  for (let round = 0; round < 3; round++)
    await trial.client.burst(Array.from({ length: 4 }, () => `/status?${trial.random.word()}`));
  return performance.now();
}
