import { isIPv4 } from 'node:net';
import { type HostAndPort, hostAddresses } from '../http/host-and-port.ts';
import type { Address } from './peer.ts';

/** The address of a literal host and a port, in the form of `$upstream_addr`. */
export function addressOf(host: string, port: number): Address {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  return { text: `${bare.includes(':') ? `[${bare}]` : bare}:${port}`, host: bare, port, path: undefined };
}

export function unixAddress(path: string): Address {
  return { text: `unix:${path}`, host: '', port: 0, path };
}

/** All addresses of a server; `undefined` when its name is unknown. A configuration is built synchronously, so a name outside the hosts file is looked up by a child process. */
export function resolveNow(where: HostAndPort): Address[] | undefined {
  if (where.path !== undefined) return [unixAddress(where.path)];
  if (where.host.startsWith('[') || isIPv4(where.host)) return [addressOf(where.host, where.port)];
  return hostAddresses(where.host)?.map((host) => addressOf(host, where.port));
}
