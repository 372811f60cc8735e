import type { Configuration } from './configuration.ts';

/**
 * Something that is done to shared zones in one step. `asked` and the result are plain data, because the zones may be
 * another process's: the master's, when several workers share them.
 */
export interface ZoneAct<Asked = never, Result = unknown> {
  readonly name: string;
  /** `holder` is the process that asks: what it takes is given back when it dies. */
  perform(configuration: Configuration, holder: number, asked: Asked): Result;
}

/** Whom handlers ask when it is about a shared zone. */
export interface ZoneKeeper {
  /** Several workers serve this configuration. */
  readonly shared: boolean;
  /**
   * Has something done by the process that outlives the workers, whoever has the zones; nobody hears what came out.
   * Missing where that is this process.
   */
  readonly tell?: <Asked>(act: ZoneAct<Asked>, asked: Asked) => void;
  /**
   * Does it at once and returns the result, where the zones are this process's own. Otherwise returns `undefined`, and
   * `later` gets the result; it gets `undefined` when none has come in `ZONE_PATIENCE`, and the result then if it comes after all.
   */
  ask<Asked, Result>(
    act: ZoneAct<Asked, Result>,
    asked: Asked,
    later: (result: Result | undefined) => void,
  ): Result | undefined;
}

/** Milliseconds that a request waits for the process that has the zones. */
export const ZONE_PATIENCE = 5000;

/** What a zone holds, as far as it moves from one process to another. */
export interface ZoneContents {
  /** Gives back what a holder has taken: it is gone. */
  letGo(holder: number): void;
  /** All of it as plain data. */
  save(): unknown;
  /** Takes over what another one saved. */
  load(saved: unknown): void;
}

/** Zones that are this process's own. */
export class LocalZones implements ZoneKeeper {
  readonly shared = false;
  readonly #configuration: Configuration;

  constructor(configuration: Configuration) {
    this.#configuration = configuration;
  }

  ask<Asked, Result>(act: ZoneAct<Asked, Result>, asked: Asked): Result {
    return act.perform(this.#configuration, process.pid, asked);
  }
}

/** Milliseconds on a clock that all processes of the machine share, and that nobody sets. */
export function machineTime(): number {
  return Math.floor(performance.now() + OFFSET);
}

const OFFSET = Number(process.hrtime.bigint() / 1000n) / 1000 - performance.now();
