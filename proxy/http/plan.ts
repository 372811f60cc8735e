import type { CoreLocation } from './configuration.ts';
import type { HttpExchange } from './http-exchange.ts';
import type { Configurations, Handler, Module } from './module.ts';

export type HeadFilter = (exchange: HttpExchange) => void;

/** A handler in the list of all phases. */
export interface PlannedStep {
  readonly handler: Handler;
  /** Whether there is nothing for it to do at this place. */
  idleAt(configurations: Configurations, core: CoreLocation): boolean;
}

/**
 * What there is to do for requests at one place of the configuration. A dozen modules have a handler, a filter or a log
 * handler, and most have nothing to do at most places: asking each of them for each request costs more than a small
 * answer itself, so each place asks them once.
 */
export interface Plan {
  readonly core: CoreLocation;
  /** By the number of a step: the first from there on that has something to do. */
  readonly next: readonly number[];
  readonly headFilters: readonly HeadFilter[];
  readonly log: readonly Handler[];
}

/** Plans for the places of a configuration, made when a request first comes there. */
export class Plans {
  readonly #plans = new Map<Configurations, Plan>();
  readonly #modules: readonly Module[];
  readonly #steps: readonly PlannedStep[];
  readonly #coreOf: (configurations: Configurations) => CoreLocation;
  readonly #watchFilter: ((module: Module, filter: HeadFilter) => HeadFilter) | undefined;

  /** `modules` in the order in which their filters run; `watchFilter` may put something around each. */
  constructor(
    modules: readonly Module[],
    steps: readonly PlannedStep[],
    coreOf: (configurations: Configurations) => CoreLocation,
    watchFilter: ((module: Module, filter: HeadFilter) => HeadFilter) | undefined,
  ) {
    this.#modules = modules;
    this.#steps = steps;
    this.#coreOf = coreOf;
    this.#watchFilter = watchFilter;
  }

  at(configurations: Configurations): Plan {
    let plan = this.#plans.get(configurations);
    if (plan === undefined) {
      plan = this.#make(configurations);
      this.#plans.set(configurations, plan);
    }
    return plan;
  }

  #make(configurations: Configurations): Plan {
    const core = this.#coreOf(configurations);
    const busy = this.#modules.filter((module) => !isIdle(module, configurations));
    const next: number[] = [this.#steps.length];
    for (let i = this.#steps.length - 1; i >= 0; i--) {
      next.unshift(this.#steps[i]!.idleAt(configurations, core) ? next[0]! : i);
    }
    return {
      core,
      next,
      headFilters: busy.flatMap((module) => {
        const filter = module.filterHead as HeadFilter | undefined;
        return filter === undefined ? [] : [this.#watchFilter?.(module, filter) ?? filter];
      }),
      log: busy.flatMap((module) => module.phases?.log ?? []),
    };
  }
}

/** Whether a module has nothing to do at a place. */
export function isIdle(module: Module, configurations: Configurations): boolean {
  return module.idle?.(configurations.location.get(module), configurations.main.get(module)) === true;
}
