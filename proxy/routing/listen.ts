import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** Where a `listen` directive listens. */
export interface ListenAddress {
  /** An IP address without brackets, or a path. */
  readonly address: string;
  readonly port: number;
  readonly unix: boolean;
  /** As nginx writes it: `0.0.0.0:80`, `[::1]:80`, `unix:/path`. */
  readonly text: string;
}

/** Why an address is no address, in nginx's words: `invalid port`, `no host`, `host not found`. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * Reads `80`, `*:80`, `127.0.0.1`, `[::]:80`, `localhost:80-85`, `unix:/path`; several when there are several ports, or a
 * name has several addresses. Throws a ListenError. Source: ngx_parse_url.
 */
export function parseListen(text: string): readonly ListenAddress[] {
  if (text.startsWith('unix:')) {
    const address = text.slice(5);
    if (address === '') throw new ListenError('no path in the unix domain socket');
    return [{ address, port: 0, unix: true, text }];
  }
  if (text.startsWith('[')) return inet6(text);
  if (/[/?]/.test(text)) throw new ListenError('invalid host');
  if (/^\d+(?:-\d+)?$/.test(text)) return atPorts(['0.0.0.0'], text);
  const colon = text.indexOf(':');
  const host = colon < 0 ? text : text.slice(0, colon);
  const ports = colon < 0 ? '80' : text.slice(colon + 1);
  portsOf(ports);
  if (host === '') throw new ListenError('no host');
  if (host === '*') return atPorts(['0.0.0.0'], ports);
  if (isIP(host) === 4) return atPorts([host], ports);
  const addresses = addressesOf(host);
  if (addresses.length === 0) throw new ListenError('host not found');
  return atPorts(addresses, ports);
}

/** Whether an address stands for all addresses of its family. */
export function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

function inet6(text: string): readonly ListenAddress[] {
  const close = text.indexOf(']');
  const address = text.slice(1, close);
  const rest = text.slice(close + 1);
  if (close < 0) throw new ListenError('invalid host');
  if (isIP(address) !== 6) throw new ListenError('invalid IPv6 address');
  if (rest !== '' && !rest.startsWith(':')) throw new ListenError('invalid host');
  return atPorts([canonical(address)], rest === '' ? '80' : rest.slice(1));
}

function at(address: string, port: number): ListenAddress {
  return { address, port, unix: false, text: `${address.includes(':') ? `[${address}]` : address}:${port}` };
}

function atPorts(addresses: readonly string[], ports: string): readonly ListenAddress[] {
  const [first, last] = portsOf(ports);
  return addresses.flatMap((address) => Array.from({ length: last - first + 1 }, (_, i) => at(address, first + i)));
}

/** `80`, or the two ends of `8080-8085`. */
function portsOf(text: string): [first: number, last: number] {
  const dash = text.indexOf('-');
  const last = dash < 0 ? undefined : parsePort(text.slice(dash + 1));
  const first = parsePort(dash < 0 ? text : text.slice(0, dash));
  if (last !== undefined && first > last) throw new ListenError('invalid port range');
  return [first, last ?? first];
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new ListenError('invalid port');
  return port;
}

/** The short form of an IPv6 address, so that `[0:0:0:0:0:0:0:1]` and `[::1]` are the same. */
function canonical(address: string): string {
  return new URL(`http://[${address.replace(/%.*/, '')}]/`).hostname.slice(1, -1);
}

/** Names are looked up in the hosts file alone: a start must not wait for a name server. */
function addressesOf(host: string): string[] {
  const addresses: string[] = [];
  for (const line of hostsFile().split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address !== undefined && isIP(address) !== 0 && names.includes(host)) addresses.push(address);
  }
  if (addresses.length === 0 && host === 'localhost') return ['127.0.0.1'];
  return addresses.sort((one, other) => isIP(one) - isIP(other));
}

function hostsFile(): string {
  try {
    return readFileSync('/etc/hosts', 'utf8');
  } catch {
    return '';
  }
}
