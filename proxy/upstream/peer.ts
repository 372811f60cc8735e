/** Where an upstream server listens, and how logs and `$upstream_addr` write it: `127.0.0.1:8080`, `[::1]:80`, `unix:/path`. */
export interface Address {
  readonly text: string;
  readonly host: string;
  readonly port: number;
  /** The path of a Unix socket; `undefined` for TCP. */
  readonly path: string | undefined;
}

/** The parameters of one `server` line of an `upstream` block. Times in milliseconds. */
export interface ServerParameters {
  /** As written after `server`. */
  readonly name: string;
  readonly addresses: readonly Address[];
  readonly weight: number;
  readonly maxFails: number;
  readonly failTimeout: number;
  readonly maxConnections: number;
  readonly backup: boolean;
  readonly down: boolean;
}

/** One address of an upstream server, with the counters by which balancers choose. Field for field nginx's `ngx_http_upstream_rr_peer_t`. */
export interface Peer {
  readonly address: Address;
  readonly server: string;
  readonly weight: number;
  readonly maxFails: number;
  /** Milliseconds. */
  readonly failTimeout: number;
  readonly maxConnections: number;
  readonly down: boolean;
  effectiveWeight: number;
  currentWeight: number;
  /** Requests under way. */
  connections: number;
  fails: number;
  /** When it last failed, and when it was last given a chance (ms). */
  accessed: number;
  checked: number;
}

/** The primary (or the backup) servers of one upstream. */
export interface Peers {
  readonly name: string;
  readonly list: readonly Peer[];
  readonly totalWeight: number;
  /** A lone server is never left alone for having failed: there is nobody else. */
  readonly single: boolean;
  /** Attempts a request may make: one for each server that isn't `down`. */
  readonly tries: number;
  readonly backup: Peers | undefined;
}

function peersOf(
  name: string,
  servers: readonly ServerParameters[],
  single: boolean,
  backup: Peers | undefined,
): Peers {
  const list = servers.flatMap((server) =>
    server.addresses.map(
      (address): Peer => ({
        address,
        server: server.name,
        weight: server.weight,
        maxFails: server.maxFails,
        failTimeout: server.failTimeout,
        maxConnections: server.maxConnections,
        down: server.down,
        effectiveWeight: server.weight,
        currentWeight: 0,
        connections: 0,
        fails: 0,
        accessed: -1,
        checked: Number.NEGATIVE_INFINITY,
      }),
    ),
  );
  return {
    name,
    list,
    totalWeight: list.reduce((sum, peer) => sum + peer.weight, 0),
    single: single && list.length === 1,
    tries: list.filter((peer) => !peer.down).length,
    backup,
  };
}

/** Builds the peers of an upstream. Source: ngx_http_upstream_init_round_robin. */
export function createPeers(name: string, servers: readonly ServerParameters[]): Peers {
  const backups = servers.filter((server) => server.backup);
  const primary = servers.filter((server) => !server.backup);
  const backup = backups.length > 0 ? peersOf(name, backups, false, undefined) : undefined;
  return peersOf(name, primary, backup === undefined, backup);
}

/** Whether a balancer may choose this peer now: not down, not resting after failures, not full. */
export function available(peer: Peer, now: number): boolean {
  if (peer.down) return false;
  if (peer.maxFails > 0 && peer.fails >= peer.maxFails && now - peer.checked <= peer.failTimeout) return false;
  return peer.maxConnections === 0 || peer.connections < peer.maxConnections;
}
