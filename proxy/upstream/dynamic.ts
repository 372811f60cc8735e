import { isIP } from 'node:net';
import { addressOf, type HostAndPort, unixAddress } from './address.ts';
import type { Address } from './peer.ts';
import { createUpstream, NO_KEEPALIVE, plainServer, type Upstream } from './registry.ts';
import { roundRobin } from './round-robin.ts';

/** An upstream for one request, whose address came out of variables. */
export function upstreamFor(name: string, addresses: readonly Address[]): Upstream {
  return createUpstream({
    name,
    file: '',
    line: 0,
    servers: [plainServer(name, addresses)],
    where: undefined,
    balancer: roundRobin,
    key: undefined,
    keepalive: NO_KEEPALIVE,
  });
}

/** The address that needs no looking up; `undefined` for a name. */
export function literalAddress(where: HostAndPort): Address | undefined {
  if (where.path !== undefined) return unixAddress(where.path);
  const bare = where.host.startsWith('[') ? where.host.slice(1, -1) : where.host;
  return isIP(bare) === 0 ? undefined : addressOf(where.host, where.port);
}
