import type { Configuration } from '../../http/configuration.ts';
import { machineTime, type ZoneAct, type ZoneContents, type ZoneKeeper } from '../../http/zone-keeper.ts';

interface Saved {
  readonly duties: readonly (readonly [digest: string, holder: number, until: number])[];
  readonly uses: readonly (readonly [digest: string, use: { readonly count: number; readonly last: number }])[];
}

/** Answers whose uses are counted at a time; those asked for longest ago are forgotten first. */
const MOST_COUNTED = 10_000;

/**
 * What all processes that serve must agree on about a cache: who is fetching which answer, the `updating` of nginx's
 * nodes, and how often one was asked for that isn't kept yet. The answers themselves are files, which all can see.
 */
export class CacheDuties implements ZoneContents {
  readonly #duties = new Map<string, { readonly holder: number; readonly until: number }>();
  readonly #uses = new Map<string, { readonly count: number; readonly last: number }>();

  /**
   * Takes the duty to fetch an answer; false while another process has it. `until` on the machine's clock: from then on
   * anybody may, unless there is an old answer (`old`) that does meanwhile.
   */
  take(holder: number, digest: string, old: boolean, now: number, until: number): boolean {
    const duty = this.#duties.get(digest);
    if (duty !== undefined && duty.holder !== holder && (old || duty.until > now)) return false;
    this.#duties.set(digest, { holder, until });
    return true;
  }

  /** Counts a request for an answer that isn't kept, and returns how many there were with no pause longer than `inactive` ms. */
  count(digest: string, now: number, inactive: number): number {
    const known = this.#uses.get(digest);
    const count = known === undefined || now - known.last > inactive ? 1 : known.count + 1;
    this.#uses.delete(digest);
    this.#uses.set(digest, { count, last: now });
    if (this.#uses.size > MOST_COUNTED) this.#uses.delete(this.#uses.keys().next().value!);
    return count;
  }

  /** The answer has come, or never will. */
  free(holder: number, digest: string): void {
    if (this.#duties.get(digest)?.holder === holder) this.#duties.delete(digest);
  }

  letGo(holder: number): void {
    for (const [digest, duty] of this.#duties) if (duty.holder === holder) this.#duties.delete(digest);
  }

  save(): Saved {
    const duties = [...this.#duties].map(([digest, { holder, until }]) => [digest, holder, until] as const);
    return { duties, uses: [...this.#uses] };
  }

  load(saved: Saved): void {
    this.#duties.clear();
    for (const [digest, holder, until] of saved.duties) this.#duties.set(digest, { holder, until });
    this.#uses.clear();
    for (const [digest, use] of saved.uses) this.#uses.set(digest, use);
  }
}

interface Duty {
  /** The name of the cache. */
  readonly zone: string;
  readonly digest: string;
}

const dutiesOf = ({ zones }: Configuration, zone: string): CacheDuties => zones.named(zone).contents as CacheDuties;

const takeDuty: ZoneAct<Duty & { readonly old: boolean; readonly until: number }, boolean> = {
  name: 'cache',
  perform: (configuration, holder, { zone, digest, old, until }) =>
    dutiesOf(configuration, zone).take(holder, digest, old, machineTime(), until),
};

const countUse: ZoneAct<Duty & { readonly inactive: number }, number> = {
  name: 'cache use',
  perform: (configuration, _, { zone, digest, inactive }) =>
    dutiesOf(configuration, zone).count(digest, machineTime(), inactive),
};

const freeDuty: ZoneAct<Duty, true> = {
  name: 'cache free',
  perform(configuration, holder, { zone, digest }) {
    dutiesOf(configuration, zone).free(holder, digest);
    return true;
  },
};

export const dutyActs: readonly ZoneAct[] = [takeDuty, countUse, freeDuty];

/** The duties of one cache, as a request sees them. */
export interface Duties {
  /** Takes one for so many milliseconds, as `ZoneKeeper.ask` does it. `old`: the cache has an answer that is no longer fresh. */
  take(digest: string, old: boolean, age: number, later: (mine: boolean | undefined) => void): boolean | undefined;
  /** How often an answer was asked for, with this time, as `ZoneKeeper.ask` does it. */
  count(digest: string, inactive: number, later: (uses: number | undefined) => void): number | undefined;
  free(digest: string): void;
}

/** The duties of the cache of that name, whoever keeps them. */
export function dutiesIn(zones: ZoneKeeper, zone: string): Duties {
  return {
    take: (digest, old, age, later) => zones.ask(takeDuty, { zone, digest, old, until: machineTime() + age }, later),
    count: (digest, inactive, later) => zones.ask(countUse, { zone, digest, inactive }, later),
    free: (digest) => void zones.ask(freeDuty, { zone, digest }, () => undefined),
  };
}
