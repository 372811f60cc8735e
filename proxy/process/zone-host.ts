import type { Configuration } from '../http/configuration.ts';
import type { ZoneAct } from '../http/zone-keeper.ts';
import { loadZones, saveZones } from './saved-zones.ts';
import type { Asked, SavedZones, ZoneMessage } from './zone-messages.ts';

/** A worker, as far as zones go. */
export interface ZoneMember {
  /** Another one for each process. */
  readonly holder: number;
  readonly configuration: Configuration;
  sendZones(message: ZoneMessage): void;
}

/**
 * The shared zones of a master. While one worker is all there is they are that worker's, so that it need not ask; as
 * soon as a second one is started (another configuration's, at a reload) the master has them back and answers both.
 * Why it is so stands in docs/decisions/shared-zones.md.
 */
export class ZoneHost {
  readonly #members = new Set<ZoneMember>();
  #owner: ZoneMember | undefined;
  /** What came while the owner was asked to give the zones back. */
  #waiting: (readonly [ZoneMember, readonly Asked[]])[] | undefined;

  /** A worker is started; what the zones hold, when they are to be its own. */
  join(member: ZoneMember): SavedZones | undefined {
    this.#members.add(member);
    if (this.#members.size === 1) return this.#giveTo(member);
    if (this.#owner !== undefined && this.#waiting === undefined) {
      this.#waiting = [];
      this.#owner.sendZones({ kind: 'recall' });
    }
    return undefined;
  }

  #giveTo(member: ZoneMember): SavedZones | undefined {
    if (member.configuration.process.workerProcesses > 1) return undefined;
    this.#owner = member;
    return saveZones(member.configuration);
  }

  /** A worker has ended: what it held is free. */
  leave(member: ZoneMember): void {
    this.#members.delete(member);
    for (const { contents } of member.configuration.zones.withContents) contents.letGo(member.holder);
    if (this.#owner === member) {
      this.#owner = undefined;
      this.#answerWaiting();
    }
    const [left, ...others] = this.#members;
    if (left === undefined || others.length > 0 || this.#owner !== undefined) return;
    const saved = this.#giveTo(left);
    if (saved !== undefined) left.sendZones({ kind: 'own', saved });
  }

  receive(member: ZoneMember, message: ZoneMessage): void {
    if (message.kind === 'tell') {
      const { configuration, holder } = member;
      actsOf(configuration)
        .get(message.act)!
        .perform(configuration, holder, message.told as never);
    } else if (message.kind === 'ask') {
      // What the owner asked before the zones became its own it answers itself.
      if (this.#owner === member) return;
      if (this.#waiting !== undefined) this.#waiting.push([member, message.asked]);
      else this.#answer(member, message.asked);
    } else if (message.kind === 'returned' && this.#owner === member) {
      this.#owner = undefined;
      loadZones(member.configuration, message.saved);
      this.#answerWaiting();
    }
  }

  #answerWaiting(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const [member, asked] of waiting) if (this.#members.has(member)) this.#answer(member, asked);
  }

  #answer(member: ZoneMember, asked: readonly Asked[]): void {
    const acts = actsOf(member.configuration);
    const answers = asked.map(([number, name, what]) => {
      return [number, acts.get(name)!.perform(member.configuration, member.holder, what as never)] as const;
    });
    member.sendZones({ kind: 'answer', answers });
  }
}

const known = new WeakMap<Configuration, ReadonlyMap<string, ZoneAct>>();

function actsOf(configuration: Configuration): ReadonlyMap<string, ZoneAct> {
  let acts = known.get(configuration);
  if (acts === undefined) {
    const all = configuration.modules.flatMap((module) => module.zoneActs ?? []);
    acts = new Map(all.map((act) => [act.name, act]));
    known.set(configuration, acts);
  }
  return acts;
}
