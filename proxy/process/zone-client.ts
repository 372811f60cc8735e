import type { Configuration } from '../http/configuration.ts';
import { ZONE_PATIENCE, type ZoneAct, type ZoneKeeper } from '../http/zone-keeper.ts';
import { loadZones, saveZones } from './saved-zones.ts';
import type { Asked, SavedZones, ZoneMessage } from './zone-messages.ts';

interface Pending {
  readonly act: ZoneAct;
  readonly asked: unknown;
  readonly since: number;
  readonly later: (result: unknown) => void;
}

/**
 * The shared zones as a worker sees them: its own while it is the only one, and otherwise its master's, which is asked
 * over the channel between them. What is asked in one turn of the event loop goes in one message.
 */
export class ZoneClient implements ZoneKeeper {
  readonly shared: boolean;
  readonly #configuration: Configuration;
  readonly #send: (message: ZoneMessage) => void;
  #own: boolean;
  #number = 0;
  /** What the master hasn't answered, in the order in which it was asked. */
  readonly #pending = new Map<number, Pending>();
  #outgoing: Asked[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** `saved`: what the zones hold, when they are this worker's from the start. */
  constructor(configuration: Configuration, saved: SavedZones | undefined, send: (message: ZoneMessage) => void) {
    this.shared = configuration.process.workerProcesses > 1;
    this.#configuration = configuration;
    this.#own = saved !== undefined;
    if (saved !== undefined) loadZones(configuration, saved);
    this.#send = send;
  }

  ask<Asked, Result>(
    act: ZoneAct<Asked, Result>,
    asked: Asked,
    later: (result: Result | undefined) => void,
  ): Result | undefined {
    if (this.#own) return act.perform(this.#configuration, process.pid, asked);
    const number = ++this.#number;
    const since = performance.now();
    this.#pending.set(number, { act: act as ZoneAct, asked, since, later: later as Pending['later'] });
    this.#outgoing.push([number, act.name, asked]);
    if (this.#outgoing.length === 1) process.nextTick(() => this.#flush());
    this.#timer ??= setTimeout(() => this.#lateOnes(), ZONE_PATIENCE).unref();
    return undefined;
  }

  readonly tell = <Asked>(act: ZoneAct<Asked>, told: Asked): void => this.#send({ kind: 'tell', act: act.name, told });

  receive(message: ZoneMessage): void {
    if (message.kind === 'answer') {
      for (const [number, result] of message.answers) {
        const pending = this.#pending.get(number);
        this.#pending.delete(number);
        pending?.later(result);
      }
    } else if (message.kind === 'own') {
      this.#own = true;
      loadZones(this.#configuration, message.saved);
      this.#answerPending();
    } else if (message.kind === 'recall') {
      this.#own = false;
      this.#send({ kind: 'returned', saved: saveZones(this.#configuration) });
    }
  }

  #flush(): void {
    const asked = this.#outgoing;
    this.#outgoing = [];
    if (asked.length > 0) this.#send({ kind: 'ask', asked });
  }

  /** The master no longer answers what it hasn't answered before it gave the zones away. */
  #answerPending(): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    this.#outgoing = [];
    for (const { act, asked, later } of pending) {
      later(act.perform(this.#configuration, process.pid, asked as never));
    }
  }

  #lateOnes(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const { since, later } of this.#pending.values()) {
      if (now - since >= ZONE_PATIENCE) later(undefined);
    }
    const [oldest] = this.#pending.values();
    if (oldest !== undefined) this.#timer = setTimeout(() => this.#lateOnes(), ZONE_PATIENCE).unref();
  }
}
