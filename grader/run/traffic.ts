import type { ApplicationName, World } from '../lab.ts';
import type { Traffic } from '../result.ts';
import type { Observations } from './observe.ts';

/** Begins to count what arrives at the applications; the function it returns says what arrived since. */
export function watchArrivals(world: World, applications: readonly ApplicationName[]): () => Traffic['arrivals'] {
  if (applications.length === 0 || !world.has('applications')) return () => [];
  const watched = applications.map((name) => world.application(name));
  const before = watched.map(({ requests }) => requests);
  return () =>
    watched.map(({ name, address, requests }, i) => ({
      application: name,
      address,
      requests: requests - (before[i] ?? 0),
    }));
}

/** What was asked and answered, and what arrived; undefined when nothing was asked. */
export function trafficOf(
  { asked, answered }: Pick<Observations, 'asked' | 'answered'>,
  arrivals: Traffic['arrivals'],
): Traffic | undefined {
  if (asked === 0) return undefined;
  const answers = [...answered].map(([status, count]) => ({ status, count })).sort((a, b) => a.status - b.status);
  return { requests: asked, answers, arrivals };
}
