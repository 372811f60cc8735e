import type { Peer, Peers } from './peer.ts';

/** What a balancer may ask about the request it chooses a server for. */
export interface Client {
  /** The client's address, for `ip_hash`. */
  readonly remoteAddress: string;
  /** The value of `hash`'s key; asked for only by `hash`. */
  key(): string;
}

/** Who waits for a choice. */
export interface PeerUser {
  onPeer(peer: Peer | undefined): void;
}

/**
 * The choice of servers for one request: nginx's `peer.get` and `peer.free`. `tries` counts the attempts left; `get`
 * returns `undefined` when no server is live.
 */
export interface Selection {
  tries: number;
  get(now: number, user?: PeerUser): Peer | undefined;
  /** These have been tried already, the last ones among the backups when `backup` says so. */
  goOn?(tried: readonly Peer[], backup: boolean): void;
  /** Gives a server back: `failed` counts against it, `next` (a 403 or 404 tried elsewhere) doesn't. True when it now rests. */
  free(peer: Peer, outcome: 'ok' | 'failed' | 'next', now: number): boolean;
}

/** A balancing method, one of its state per upstream. */
export interface Balancer {
  /** The directive in nginx: `hash`, `ip_hash` and `random` take no `backup` servers. */
  readonly takesBackup: boolean;
  select(client: Client): Selection;
}

/** Makes the balancer of an upstream. */
export type BalancerFactory = (peers: Peers) => Balancer;
