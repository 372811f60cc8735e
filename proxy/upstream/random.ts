import type { Balancer } from './balancer.ts';
import { DRAWS, peerAtWeight } from './ip-hash.ts';
import type { Peer, Peers } from './peer.ts';
import { RoundRobinSelection } from './round-robin.ts';

/** Source: ngx_http_upstream_random_module.c. */
class RandomSelection extends RoundRobinSelection {
  readonly #two: boolean;
  #draws = 0;

  constructor(peers: Peers, two: boolean) {
    super(peers);
    this.#two = two;
  }

  override get(now: number): Peer | undefined {
    let first: Peer | undefined;
    while (this.#draws <= DRAWS && !this.peers.single) {
      const peer = peerAtWeight(this.peers, Math.floor(Math.random() * this.peers.totalWeight));
      if (peer === first || !this.eligible(peer, now)) {
        this.#draws++;
        continue;
      }
      if (!this.#two) return this.choose(now, () => peer);
      if (first === undefined) {
        first = peer;
        continue;
      }
      const lighter = peer.connections * first.weight > first.connections * peer.weight ? first : peer;
      return this.choose(now, () => lighter);
    }
    return super.get(now);
  }
}

/** `random`, and `random two least_conn`: of two drawn servers the one with fewer active requests per weight. */
export function random(two: boolean): (peers: Peers) => Balancer {
  return (peers) => ({ takesBackup: false, select: () => new RandomSelection(peers, two) });
}
