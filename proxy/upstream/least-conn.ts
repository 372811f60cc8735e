import type { Balancer } from './balancer.ts';
import type { Peer, Peers } from './peer.ts';
import { gain, RoundRobinSelection } from './round-robin.ts';

/** Fewest active requests per weight; round robin among equals. Source: ngx_http_upstream_least_conn_module.c. */
class LeastConnSelection extends RoundRobinSelection {
  override get(now: number): Peer | undefined {
    return this.choose(now, () => this.#least(now));
  }

  #least(now: number): Peer | undefined {
    const { list } = this.peers;
    let best: Peer | undefined;
    let many = false;
    let first = 0;
    for (let i = 0; i < list.length; i++) {
      const peer = list[i]!;
      if (!this.eligible(peer, now)) continue;
      const difference = best === undefined ? -1 : peer.connections * best.weight - best.connections * peer.weight;
      if (difference < 0) {
        best = peer;
        many = false;
        first = i;
      } else if (difference === 0) {
        many = true;
      }
    }
    if (best === undefined || !many) return best;
    let total = 0;
    for (let i = first; i < list.length; i++) {
      const peer = list[i]!;
      if (peer.connections * best.weight !== best.connections * peer.weight || !this.eligible(peer, now)) continue;
      total += gain(peer);
      if (peer.currentWeight > best.currentWeight) best = peer;
    }
    best.currentWeight -= total;
    return best;
  }
}

/** `least_conn`. */
export function leastConn(peers: Peers): Balancer {
  return { takesBackup: true, select: () => new LeastConnSelection(peers) };
}
