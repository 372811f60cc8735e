import { SocketAddress } from 'node:net';

/** What a proxy in front of us says of the connection that it passes on. */
export interface ProxyHeader {
  /** As the proxy wrote them in version 1, whatever they are. */
  readonly address: string;
  readonly port: number;
  readonly serverAddress: string;
  readonly serverPort: number;
}

/** How much of what came is the header, and what it says: nothing when the proxy doesn't know, or spoke for itself. */
export interface ReadHeader {
  readonly length: number;
  readonly header: ProxyHeader | undefined;
}

/** Why it is no header, in nginx's words; '' where nginx has none. */
export interface BrokenHeader {
  readonly problem: string;
}

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
/** Bytes before the addresses in version 2. */
const FIXED = 16;

/**
 * Reads the header at the beginning of a connection, of version 1 or 2. All of it must be there already, as for nginx, which
 * looks once. Sources: ngx_proxy_protocol_read, https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt
 */
export function readProxyHeader(bytes: Buffer): ReadHeader | BrokenHeader {
  if (bytes.length >= FIXED && bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) return readBinary(bytes);
  const text = bytes.toString('latin1');
  return readLine(text) ?? { problem: `broken header: "${text}"` };
}

/** `PROXY TCP4 192.0.2.1 192.0.2.2 4711 80`, or `PROXY UNKNOWN` and anything. */
function readLine(text: string): ReadHeader | undefined {
  if (text.startsWith('PROXY UNKNOWN')) {
    const end = text.indexOf('\r\n');
    return end < 0 ? undefined : { length: end + 2, header: undefined };
  }
  const match = /^PROXY TCP[46] ([\da-f:.]*) ([\da-f:.]*) (\d+) (\d+)\r\n/i.exec(text);
  if (match === null || !/^PROXY TCP/.test(text)) return undefined;
  const [line, address, serverAddress, port, serverPort] = match as unknown as [string, string, string, string, string];
  if (Number(port) > 65_535 || Number(serverPort) > 65_535) return undefined;
  const header = { address, port: Number(port), serverAddress, serverPort: Number(serverPort) };
  return { length: line.length, header };
}

function readBinary(bytes: Buffer): ReadHeader | BrokenHeader {
  const version = bytes[12]! >> 4;
  if (version !== 2) return { problem: `unknown PROXY protocol version: ${version}` };
  const length = FIXED + bytes.readUInt16BE(14);
  if (bytes.length < length) return { problem: 'header is too large' };
  const proxied = (bytes[12]! & 15) === 1;
  const stream = (bytes[13]! & 15) === 1;
  const size = { 1: 4, 2: 16 }[bytes[13]! >> 4];
  if (!proxied || !stream || size === undefined) return { length, header: undefined };
  if (length < FIXED + 2 * size + 4) return { problem: '' };
  const ports = FIXED + 2 * size;
  const header = {
    address: addressOf(bytes.subarray(FIXED, FIXED + size)),
    port: bytes.readUInt16BE(ports),
    serverAddress: addressOf(bytes.subarray(FIXED + size, ports)),
    serverPort: bytes.readUInt16BE(ports + 2),
  };
  return { length, header };
}

function addressOf(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const address = (bytes.toString('hex').match(/.{4}/g) ?? []).join(':');
  return new SocketAddress({ address, family: 'ipv6' }).address;
}
