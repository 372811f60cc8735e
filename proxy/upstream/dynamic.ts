import { isIP } from 'node:net';
import type { CoreLocation } from '../http/configuration.ts';
import { core } from '../http/core.ts';
import type { Exchange } from '../http/exchange.ts';
import type { HostAndPort } from '../http/host-and-port.ts';
import { AGAIN, type Verdict } from '../http/module.ts';
import { addressOf, unixAddress } from './address.ts';
import type { Address } from './peer.ts';
import {
  createUpstream,
  NO_KEEPALIVE,
  plainServer,
  type Upstream,
  type UpstreamRegistry,
  upstreamRegistry,
} from './registry.ts';
import { roundRobin } from './round-robin.ts';

/**
 * Finds the upstream that variables named: a group, a literal address, or a name that the resolver knows. Returns what
 * a handler says. Source: ngx_http_upstream_init_request.
 */
export function findUpstream(
  exchange: Exchange,
  where: HostAndPort,
  authority: string,
  onFound: (upstream: Upstream) => void,
): Verdict {
  const literal = literalAddress(where);
  const registry = exchange.main<UpstreamRegistry>(upstreamRegistry);
  const named = registry.find(where.portText === undefined ? where.host : authority) ?? registry.find(authority);
  if (named === undefined && where.port === 0 && where.path === undefined) {
    exchange.logError('error', `no port in upstream "${where.host}"`);
    return 500;
  }
  if (named !== undefined || literal !== undefined) {
    onFound(named ?? upstreamFor(authority, [literal!]));
    return AGAIN;
  }
  const { resolver, resolverTimeout } = exchange.location<CoreLocation>(core);
  if (resolver === undefined) {
    exchange.logError('error', `no resolver defined to resolve ${where.host}`);
    return 502;
  }
  resolver.addressesOf(where.host, resolverTimeout).then(
    (found) => {
      const addresses = found.map((host) => addressOf(host, where.port));
      onFound(upstreamFor(authority, addresses));
    },
    (error: Error) => {
      exchange.logError('error', error.message);
      exchange.fail(502);
    },
  );
  return AGAIN;
}

/** An upstream for one request, whose address came out of variables. */
function upstreamFor(name: string, addresses: readonly Address[]): Upstream {
  return createUpstream({
    name,
    file: '',
    line: 0,
    servers: [plainServer(name, addresses)],
    where: undefined,
    balancer: roundRobin,
    key: undefined,
    keepalive: NO_KEEPALIVE,
    zone: undefined,
  });
}

/** The address that needs no looking up; `undefined` for a name. */
function literalAddress(where: HostAndPort): Address | undefined {
  if (where.path !== undefined) return unixAddress(where.path);
  const bare = where.host.startsWith('[') ? where.host.slice(1, -1) : where.host;
  return isIP(bare) === 0 ? undefined : addressOf(where.host, where.port);
}
