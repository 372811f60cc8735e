import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { SubmissionProblem } from '../graded.ts';

/** Addresses that are nobody's server on the Internet: this machine, its network, and what clouds keep for themselves. */
const inner = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  inner.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inner.addSubnet(network, bits, 'ipv6');

/** Where a live server may be asked, or why it may not. */
export type LiveAddress = { readonly addresses: readonly string[] } | { readonly refused: SubmissionProblem };

/** The addresses of a name; none when it has none. */
type LookUp = (host: string) => Promise<readonly string[]>;

const lookUp: LookUp = (host) =>
  lookup(host, { all: true }).then(
    (found) => found.map(({ address }) => address),
    () => [],
  );

/**
 * Whether a live server that a student named may be probed: a submission must not make the grader knock at doors of the
 * instructor's own machine and network. A name is looked up once, and what was found is what is asked: whoever owns the name could
 * let it point elsewhere a moment later. One without an address is left for the check to report.
 */
export async function liveAddress(url: string, addressesOf: LookUp = lookUp): Promise<LiveAddress> {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    return refused(`"${url}" is no address of a web server; write it as http://HOST`);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : await addressesOf(host);
  if (!addresses.some(isInner)) return { addresses };
  return refused(
    `"${url}" is an address inside the grader's own network; a live server has to be reachable on the Internet`,
  );
}

function refused(reason: string): LiveAddress {
  return { refused: { kind: 'refused', reason } };
}

function isInner(address: string): boolean {
  // An IPv4 address in IPv6 clothes (RFC 4291, section 2.5.5.2) is judged as what it is.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (/^::ffff:/i.test(address) && mapped === undefined) return true;
  return inner.check(mapped ?? address, isIP(mapped ?? address) === 6 ? 'ipv6' : 'ipv4');
}
