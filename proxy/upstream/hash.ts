import { onDemand } from '../http/on-demand.ts';
import type { Balancer } from './balancer.ts';
import { DRAWS, peerAtWeight } from './ip-hash.ts';
import type { Peer, Peers } from './peer.ts';
import { gain, RoundRobinSelection } from './round-robin.ts';

const crc32 = (data: Buffer, value?: number): number => onDemand.zlib.crc32(data, value);
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** `hash KEY`: compatible with Perl's Cache::Memcached, as nginx's ngx_http_upstream_hash_module.c. */
class HashSelection extends RoundRobinSelection {
  readonly #key: string;
  #hash = 0;
  #rehash = 0;
  #draws = 0;

  constructor(peers: Peers, key: string) {
    super(peers);
    this.#key = key;
  }

  override get(now: number): Peer | undefined {
    if (this.#draws > DRAWS || this.peers.single || this.#key === '') return super.get(now);
    for (;;) {
      const text = this.#rehash > 0 ? `${this.#rehash}${this.#key}` : this.#key;
      this.#hash += (crc32(bytes(text)) >>> 16) & 0x7fff;
      this.#rehash++;
      const peer = peerAtWeight(this.peers, this.#hash % this.peers.totalWeight);
      if (this.eligible(peer, now)) return this.choose(now, () => peer);
      if (++this.#draws > DRAWS) return super.get(now);
    }
  }
}

/** `hash KEY`. */
export function hash(peers: Peers): Balancer {
  return { takesBackup: false, select: (client) => new HashSelection(peers, client.key()) };
}

/** A point of the ring of consistent hashing, and the server (its name as written) whose it is. */
interface Point {
  readonly hash: number;
  readonly server: string;
}

/** 160 points for each unit of weight: crc32(HOST NUL PORT PREVIOUS_HASH), as Cache::Memcached::Fast. */
function ring(peers: Peers): Point[] {
  const points: Point[] = [];
  const seen = new Set<string>();
  const previous = Buffer.alloc(4);
  for (const peer of peers.list) {
    if (seen.has(`${peer.server} ${peer.address.text}`)) continue;
    seen.add(`${peer.server} ${peer.address.text}`);
    const unix = /^unix:/i.test(peer.server);
    const match = unix ? null : /^(.*):(\d*)$/s.exec(peer.server);
    const host = unix ? peer.server.slice(5) : (match?.[1] ?? peer.server);
    const base = crc32(bytes(`${host}\0${match?.[2] ?? ''}`));
    previous.writeUInt32LE(0);
    for (let i = 0; i < peer.weight * 160; i++) {
      const point = crc32(previous, base);
      points.push({ hash: point, server: peer.server });
      previous.writeUInt32LE(point);
    }
  }
  points.sort((a, b) => a.hash - b.hash);
  return points.filter((point, i) => i === 0 || point.hash !== points[i - 1]!.hash);
}

function firstPoint(points: readonly Point[], hash: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.hash < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Ketama: when a server goes, only its keys move. */
class ConsistentHashSelection extends RoundRobinSelection {
  readonly #points: readonly Point[];
  readonly #key: string;
  #at: number;
  #draws = 0;

  constructor(peers: Peers, points: readonly Point[], key: string) {
    super(peers);
    this.#points = points;
    this.#key = key;
    this.#at = firstPoint(points, crc32(bytes(key)));
  }

  override get(now: number): Peer | undefined {
    while (this.#draws <= DRAWS && !this.peers.single && this.#key !== '') {
      const best = this.#ofServer(this.#points[this.#at % this.#points.length]!.server, now);
      if (best !== undefined) return this.choose(now, () => best);
      this.#at++;
      this.#draws++;
    }
    return super.get(now);
  }

  /** A name may stand for several addresses: round robin among them. */
  #ofServer(server: string, now: number): Peer | undefined {
    let best: Peer | undefined;
    let total = 0;
    for (const peer of this.peers.list) {
      if (peer.server !== server || !this.eligible(peer, now)) continue;
      total += gain(peer);
      if (best === undefined || peer.currentWeight > best.currentWeight) best = peer;
    }
    if (best !== undefined) best.currentWeight -= total;
    return best;
  }
}

/** `hash KEY consistent`. */
export function consistentHash(peers: Peers): Balancer {
  const points = ring(peers);
  return { takesBackup: false, select: (client) => new ConsistentHashSelection(peers, points, client.key()) };
}
