import { promises as dns } from 'node:dns';
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

/** Asks the name servers of `resolver`. The error is in nginx's words. */
export async function resolveName(where: HostAndPort, servers: readonly string[], timeout: number): Promise<Address[]> {
  const resolver = new dns.Resolver({ timeout, tries: 2 });
  resolver.setServers(servers.filter((server) => !/^(valid|ipv6|ipv4|status_zone)=/.test(server)));
  const answers = await Promise.allSettled([resolver.resolve4(where.host), resolver.resolve6(where.host)]);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (found.length > 0) return found.map((host) => addressOf(host, where.port));
  const { reason } = answers[0] as PromiseRejectedResult;
  const code = (reason as NodeJS.ErrnoException).code;
  const words =
    code === 'ETIMEOUT' ? '110: Operation timed out' : code === 'ESERVFAIL' ? '2: Server failure' : '3: Host not found';
  throw new Error(`${where.host} could not be resolved (${words})`);
}
