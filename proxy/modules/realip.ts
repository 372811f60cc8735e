import type { Context, Directive } from '../config/directive.ts';
import { flag } from '../config/index.ts';
import { forwardedAddress, isIn, type Network, parseAddress, parseNetwork } from '../http/addresses.ts';
import type { ClientConnection, Exchange } from '../http/exchange.ts';
import { hostAddresses } from '../http/host-and-port.ts';
import { type Build, DECLINED, type Module } from '../http/module.ts';
import { inherit, slot } from '../http/slot.ts';

interface RealipLocation {
  /** The proxies that are believed; `unix:` believes who comes by a Unix socket. */
  from?: (Network | 'unix')[];
  /** In lower case, or `PROXY`, which no header's name can be. */
  header?: string;
  recursive?: boolean;
}

/** The PROXY protocol instead of a header. */
const PROXY = 'PROXY';
const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];

/** The client's address as a trusted proxy in front of us tells it. Source: ngx_http_realip_module.c. */
export const realipModule: Module = {
  name: 'ngx_http_realip_module',
  directives: [
    { name: 'set_real_ip_from', contexts: CONTEXTS, arguments: 1, level: 'location', set: setFrom },
    slot<RealipLocation>('location', CONTEXTS, 'real_ip_header', 'header', ({ words }) =>
      words[0]!.text === 'proxy_protocol' ? PROXY : words[0]!.text.toLowerCase(),
    ),
    slot<RealipLocation>('location', CONTEXTS, 'real_ip_recursive', 'recursive', flag),
  ],
  createLocation: (): RealipLocation => ({}),
  mergeLocation: inherit,
  idle: ({ from }: RealipLocation) => from === undefined,
  variables: {
    realip_remote_addr: (exchange) => socketOf(exchange).remoteAddress,
    realip_remote_port: (exchange) => String(socketOf(exchange).remotePort),
  },
  phases: { 'post-read': takeAddress, preaccess: takeAddress },
};

function setFrom(configuration: RealipLocation, directive: Directive, build: Build): void {
  const { text } = directive.words[0]!;
  configuration.from ??= [];
  if (text === 'unix:') {
    configuration.from.push('unix');
    return;
  }
  const network = parseNetwork(text);
  if (network === undefined) {
    // All the addresses that a host has at the start.
    const addresses = hostAddresses(text) ?? build.fail(`host not found in set_real_ip_from "${text}"`);
    configuration.from.push(...addresses.map((address) => parseNetwork(address)!));
    return;
  }
  if (network.loose) build.warn(`low address bits of ${text} are meaningless`);
  configuration.from.push(network);
}

/** The client of a request behind a proxy: the proxy's connection with another address. */
class ForwardedClient implements ClientConnection {
  readonly socket: ClientConnection;
  readonly remoteAddress: string;
  readonly remotePort: number;

  constructor(socket: ClientConnection, address: string, port: number) {
    this.socket = socket;
    this.remoteAddress = address;
    this.remotePort = port;
  }

  get localAddress(): string {
    return this.socket.localAddress;
  }
  get localPort(): number {
    return this.socket.localPort;
  }
  get secure(): boolean {
    return this.socket.secure;
  }
  get tls(): ClientConnection['tls'] {
    return this.socket.tls;
  }
  get number(): number {
    return this.socket.number;
  }
  get proxyHeader(): ClientConnection['proxyHeader'] {
    return this.socket.proxyHeader;
  }
  get requests(): number {
    return this.socket.requests;
  }
  get pipelined(): boolean {
    return this.socket.pipelined;
  }
  get since(): number {
    return this.socket.since;
  }
}

function socketOf(exchange: Exchange): ClientConnection {
  const { connection } = exchange;
  return connection instanceof ForwardedClient ? connection.socket : connection;
}

function takeAddress(exchange: Exchange): number {
  const { from, header = 'x-real-ip', recursive = false } = exchange.location<RealipLocation>(realipModule);
  if (from === undefined || exchange.connection instanceof ForwardedClient) return DECLINED;
  const { proxyHeader } = exchange.connection;
  const list = header === PROXY ? proxyHeader?.address : listIn(exchange, header);
  if (list === undefined) return DECLINED;
  const trusted = (text: string): boolean => {
    const address = parseAddress(text);
    return from.some((network) =>
      network === 'unix' ? text === 'unix:' : address !== undefined && isIn(address, network),
    );
  };
  const found = forwardedAddress(exchange.connection.remoteAddress, list, trusted, recursive);
  if (found !== undefined) {
    const port = header === PROXY ? proxyHeader!.port : found.port;
    exchange.connection = new ForwardedClient(exchange.connection, found.address, port);
  }
  return DECLINED;
}

/** A list may be in several headers; of any other the first counts. */
function listIn(exchange: Exchange, name: string): string | undefined {
  if (name === 'x-forwarded-for') return exchange.header(name);
  const headers = exchange.requestHeaders;
  for (let i = 0; i < headers.length; i += 2) if (headers[i]!.toLowerCase() === name) return headers[i + 1];
  return undefined;
}
