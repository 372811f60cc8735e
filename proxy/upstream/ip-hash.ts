import { isIPv6 } from 'node:net';
import type { Balancer } from './balancer.ts';
import type { Peer, Peers } from './peer.ts';
import { RoundRobinSelection } from './round-robin.ts';

/** After so many fruitless draws, hashing methods leave the choice to round robin. */
export const DRAWS = 20;

/** The peer into whose share of the total weight a number falls. */
export function peerAtWeight(peers: Peers, at: number): Peer {
  let rest = at;
  for (const peer of peers.list) {
    if (rest < peer.weight) return peer;
    rest -= peer.weight;
  }
  return peers.list[0]!;
}

/** The bytes that identify a client: three of an IPv4 address, all sixteen of an IPv6 one. */
export function clientBytes(address: string): number[] {
  if (!isIPv6(address)) return address.split('.', 3).map((part) => Number(part) & 255);
  const [left = '', right] = address
    .replace(/%.*$/, '')
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, dottedToGroups)
    .split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

function dottedToGroups(_: string, a: string, b: string, c: string, d: string): string {
  return `${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`;
}

/** The same client goes to the same server. Source: ngx_http_upstream_ip_hash_module.c. */
class IpHashSelection extends RoundRobinSelection {
  #hash = 89;
  #draws = 0;
  readonly #bytes: number[];

  constructor(peers: Peers, address: string) {
    super(peers);
    this.#bytes = clientBytes(address);
  }

  override get(now: number): Peer | undefined {
    if (this.#draws > DRAWS || this.peers.single) return super.get(now);
    for (;;) {
      for (const byte of this.#bytes) this.#hash = (this.#hash * 113 + byte) % 6271;
      const peer = peerAtWeight(this.peers, this.#hash % this.peers.totalWeight);
      if (this.eligible(peer, now)) return this.choose(now, () => peer);
      if (++this.#draws > DRAWS) return super.get(now);
    }
  }
}

/** `ip_hash`. */
export function ipHash(peers: Peers): Balancer {
  return { takesBackup: false, select: (client) => new IpHashSelection(peers, client.remoteAddress) };
}
