import type { Balancer, Selection } from './balancer.ts';
import { available, type Peer, type Peers } from './peer.ts';

/** One step of smooth weighted round robin for one candidate; the whole choice lies in who ends up with most current weight. */
export function gain(peer: Peer): number {
  const added = peer.effectiveWeight;
  peer.currentWeight += added;
  if (peer.effectiveWeight < peer.weight) peer.effectiveWeight++;
  return added;
}

/** Books a choice: a peer whose rest is over gets one trial request, and rests again until it is answered. */
export function take(peer: Peer, now: number): Peer {
  if (now - peer.checked > peer.failTimeout) peer.checked = now;
  peer.connections++;
  return peer;
}

/** Smooth weighted round robin, and the base of the other methods, which fall back to it. Source: ngx_http_upstream_get_round_robin_peer. */
export class RoundRobinSelection implements Selection {
  tries: number;
  protected peers: Peers;
  /** Who was tried already; most requests never need it. */
  protected tried: Peer[] = [];

  constructor(peers: Peers) {
    this.peers = peers;
    this.tries = peers.tries + (peers.backup?.tries ?? 0);
  }

  get(now: number): Peer | undefined {
    return this.choose(now, () => this.#roundRobin(now));
  }

  goOn(tried: readonly Peer[], backup: boolean): void {
    if (backup && this.peers.backup !== undefined) this.peers = this.peers.backup;
    this.tried = [...tried];
  }

  /** Takes a choice from the primary servers, or from the backups when nobody there is live. */
  protected choose(now: number, choice: () => Peer | undefined): Peer | undefined {
    if (this.peers.single) {
      const only = this.peers.list[0]!;
      if (only.down || (only.maxConnections > 0 && only.connections >= only.maxConnections)) return undefined;
      only.connections++;
      return only;
    }
    let best = choice();
    if (best === undefined && this.peers.backup !== undefined) {
      this.peers = this.peers.backup;
      this.tried = [];
      best = choice();
    }
    if (best === undefined) return undefined;
    this.tried.push(best);
    return take(best, now);
  }

  protected eligible(peer: Peer, now: number): boolean {
    return available(peer, now) && !this.tried.includes(peer);
  }

  #roundRobin(now: number): Peer | undefined {
    let best: Peer | undefined;
    let total = 0;
    for (const peer of this.peers.list) {
      if (!this.eligible(peer, now)) continue;
      total += gain(peer);
      if (best === undefined || peer.currentWeight > best.currentWeight) best = peer;
    }
    if (best !== undefined) best.currentWeight -= total;
    return best;
  }

  free(peer: Peer, outcome: 'ok' | 'failed' | 'next', now: number): boolean {
    peer.connections--;
    if (this.peers.single) {
      this.tries = 0;
      return false;
    }
    if (outcome === 'failed') {
      peer.fails++;
      peer.accessed = now;
      peer.checked = now;
      if (peer.maxFails > 0) peer.effectiveWeight -= Math.trunc(peer.weight / peer.maxFails);
      if (peer.effectiveWeight < 0) peer.effectiveWeight = 0;
    } else if (peer.accessed < peer.checked) {
      // It passed the trial that `take` booked after its rest.
      peer.fails = 0;
    }
    if (this.tries > 0) this.tries--;
    return outcome === 'failed' && peer.maxFails > 0 && peer.fails >= peer.maxFails;
  }
}

/** `upstream` without another method. */
export function roundRobin(peers: Peers): Balancer {
  return { takesBackup: true, select: () => new RoundRobinSelection(peers) };
}
