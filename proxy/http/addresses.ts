import { isIPv4, isIPv6 } from 'node:net';

/** An address of the Internet as a number. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A network: the addresses whose first `length` bits are those of `value`. */
export interface Network extends Address {
  readonly length: number;
}

const BITS = { 4: 32n, 6: 128n } as const;

/** An IPv4 or IPv6 address; an IPv4 one in IPv6's clothes is an IPv4 one, as `ngx_cidr_match` has it. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { family: 4, value: parts(text.split('.'), 8n, 10) };
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const value = ipv6Value(text);
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffffffffn } : { family: 6, value };
}

/** An address with or without `/length`; `loose` when bits beyond the length are set. `undefined` when it is none. Source: ngx_ptocidr. */
export function parseNetwork(text: string): (Network & { readonly loose: boolean }) | undefined {
  const slash = text.indexOf('/');
  const name = slash < 0 ? text : text.slice(0, slash);
  const family = isIPv4(name) ? 4 : isIPv6(name) && !name.includes('%') ? 6 : undefined;
  if (family === undefined) return undefined;
  const value = family === 4 ? parts(name.split('.'), 8n, 10) : ipv6Value(name);
  const most = Number(BITS[family]);
  const digits = slash < 0 ? String(most) : text.slice(slash + 1);
  if (!/^\d+$/.test(digits) || Number(digits) > most) return undefined;
  const length = Number(digits);
  const rest = BITS[family] - BigInt(length);
  const network = (value >> rest) << rest;
  return { family, value: network, length, loose: network !== value };
}

/** Whether an address is in a network. */
export function isIn(address: Address, network: Network): boolean {
  if (address.family !== network.family) return false;
  const rest = BITS[network.family] - BigInt(network.length);
  return address.value >> rest === network.value >> rest;
}

/** Splits `address`, `address:port`, `[address]` and `[address]:port`; `undefined` when it is none. Source: ngx_parse_addr_port. */
export function parseAddressAndPort(text: string): { readonly address: string; readonly port: number } | undefined {
  const match = /^\[([^\]]*)\](?::(\d+))?$|^([\d.]+)(?::(\d+))?$/.exec(text);
  const address = match === null ? text : (match[1] ?? match[3]!);
  if (!isIPv4(address) && !isIPv6(address)) return undefined;
  const port = Number(match?.[2] ?? match?.[4] ?? 0);
  return port > 65535 ? undefined : { address, port };
}

/**
 * The client that trusted proxies say they act for: the last address of the list, or, looked for recursively, the
 * last that isn't a trusted proxy itself. `undefined` when the sender isn't trusted, or names nobody.
 * Source: ngx_http_get_forwarded_addr.
 */
export function forwardedAddress(
  sender: string,
  list: string,
  trusted: (address: string) => boolean,
  recursive: boolean,
): { readonly address: string; readonly port: number } | undefined {
  let found: { readonly address: string; readonly port: number } | undefined;
  const names = list.split(/[ ,]+/).filter((name) => name !== '');
  while (names.length > 0) {
    if (!trusted(found?.address ?? sender)) return found;
    const next = parseAddressAndPort(names.pop()!);
    if (next === undefined) return found;
    found = next;
    if (!recursive) return found;
  }
  return found;
}

function parts(texts: readonly string[], bits: bigint, radix: number): bigint {
  return texts.reduce((value, part) => (value << bits) | BigInt(Number.parseInt(part, radix)), 0n);
}

function ipv6Value(text: string): bigint {
  const dotted = /[^:]*\.[^:]*$/.exec(text)?.[0];
  const tail = dotted === undefined ? '' : parts(dotted.split('.'), 8n, 10).toString(16).padStart(8, '0');
  const plain = dotted === undefined ? text : `${text.slice(0, -dotted.length)}${tail.slice(0, 4)}:${tail.slice(4)}`;
  const [head = '', rest] = plain.split('::');
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const before = groups(head);
  const after = rest === undefined ? [] : groups(rest);
  const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return parts([...before, ...zeros, ...after], 16n, 16);
}
