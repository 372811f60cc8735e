import type { Configuration } from '../http/configuration.ts';
import type { ZoneAct, ZoneContents, ZoneKeeper } from '../http/zone-keeper.ts';
import type { Client, PeerUser } from './balancer.ts';
import type { Peer, Peers } from './peer.ts';
import { type Upstream, type UpstreamRegistry, upstreamRegistry } from './registry.ts';

/** What an upstream's `zone` holds beside the counters of its servers: whose requests the servers have. */
export class PeerZone implements ZoneContents {
  readonly #held = new Map<number, Map<Peer, number>>();

  add(holder: number, peer: Peer, change: 1 | -1): void {
    const held = this.#held.get(holder) ?? new Map<Peer, number>();
    this.#held.set(holder, held.set(peer, (held.get(peer) ?? 0) + change));
  }

  letGo(holder: number): void {
    for (const [peer, count] of this.#held.get(holder) ?? []) peer.connections -= count;
    this.#held.delete(holder);
  }

  /** Each configuration begins anew. Source: `noreuse` in ngx_http_upstream_zone_module.c. */
  save(): null {
    return null;
  }

  load(): void {}
}

/** One server: its place in the list of the primary or the backup servers. */
type PeerName = readonly [backup: boolean, index: number];

interface Choice {
  readonly upstream: string;
  readonly remoteAddress: string;
  /** The value of `hash`'s key. */
  readonly key: string;
  readonly tried: readonly PeerName[];
  /** Milliseconds. */
  readonly now: number;
}

type Chosen = readonly [backup: boolean, index: number, fails: number] | null;

/** Chooses a server for one attempt of a request. */
const choosePeer: ZoneAct<Choice, Chosen> = {
  name: 'upstream',
  perform(configuration, holder, { upstream: name, remoteAddress, key, tried, now }) {
    const upstream = upstreamOf(configuration, name);
    const selection = upstream.balancer.select({ remoteAddress, key: () => key });
    selection.goOn?.(
      tried.map((one) => peerOf(upstream.peers, one)),
      tried.at(-1)?.[0] === true,
    );
    const peer = selection.get(now);
    if (peer === undefined) return null;
    (upstream.zone!.contents as PeerZone).add(holder, peer, 1);
    return [...nameOf(upstream.peers, peer), peer.fails];
  },
};

interface Return {
  readonly upstream: string;
  readonly peer: PeerName;
  readonly outcome: 'ok' | 'failed' | 'next';
  readonly now: number;
}

/** Gives a server back after an attempt. */
const freePeer: ZoneAct<Return, true> = {
  name: 'upstream free',
  perform(configuration, holder, { upstream: name, peer: peerName, outcome, now }) {
    const upstream = upstreamOf(configuration, name);
    const peer = peerOf(upstream.peers, peerName);
    (upstream.zone!.contents as PeerZone).add(holder, peer, -1);
    upstream.balancer.select({ remoteAddress: '', key: () => '' }).free(peer, outcome, now);
    return true;
  },
};

export const upstreamActs: readonly ZoneAct[] = [choosePeer, freePeer];

/** A `Selection` among servers whose counters are all workers': another process makes it. */
export class SharedSelection {
  tries: number;
  readonly #zones: ZoneKeeper;
  readonly #upstream: Upstream;
  readonly #client: Client;
  readonly #tried: PeerName[] = [];
  #fails = 0;

  constructor(zones: ZoneKeeper, upstream: Upstream, client: Client) {
    const { peers } = upstream;
    this.tries = peers.tries + (peers.backup?.tries ?? 0);
    this.#zones = zones;
    this.#upstream = upstream;
    this.#client = client;
  }

  /** `later`: `user` is told whom. */
  get(now: number, user: PeerUser): Peer | undefined | 'later' {
    const { name } = this.#upstream;
    const { remoteAddress } = this.#client;
    const choice: Choice = { upstream: name, remoteAddress, key: this.#client.key(), tried: [...this.#tried], now };
    let over = false;
    const chosen = this.#zones.ask(choosePeer, choice, (late) => {
      const peer = late === undefined || late === null ? undefined : this.#take(late);
      // Who had no patience gives back what comes after all.
      if (over && peer !== undefined) this.free(peer, 'ok', now);
      else if (!over) user.onPeer(peer);
      over = true;
    });
    return chosen === undefined ? 'later' : chosen === null ? undefined : this.#take(chosen);
  }

  free(peer: Peer, outcome: 'ok' | 'failed' | 'next', now: number): boolean {
    const { name, peers } = this.#upstream;
    this.#zones.ask(freePeer, { upstream: name, peer: nameOf(peers, peer), outcome, now }, () => undefined);
    if (peers.single) {
      this.tries = 0;
      return false;
    }
    if (this.tries > 0) this.tries--;
    return outcome === 'failed' && peer.maxFails > 0 && this.#fails + 1 >= peer.maxFails;
  }

  #take([backup, index, fails]: NonNullable<Chosen>): Peer {
    this.#tried.push([backup, index]);
    this.#fails = fails;
    return peerOf(this.#upstream.peers, [backup, index]);
  }
}

function upstreamOf({ http }: Configuration, name: string): Upstream {
  return (http!.main.get(upstreamRegistry) as UpstreamRegistry).find(name)!;
}

function peerOf(peers: Peers, [backup, index]: PeerName): Peer {
  return (backup ? peers.backup! : peers).list[index]!;
}

function nameOf(peers: Peers, peer: Peer): PeerName {
  const index = peers.list.indexOf(peer);
  return index < 0 ? [true, peers.backup!.list.indexOf(peer)] : [false, index];
}
