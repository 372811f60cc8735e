import { isIP } from 'node:net';
import { type Directive, failure, parseSeconds } from '../config/index.ts';
import { hostAddresses, parseHostAndPort } from './host-and-port.ts';

/** What is known of a name, and until when (performance.now, ms). */
interface Known {
  readonly addresses: Promise<readonly string[]>;
  until: number;
}

/** Names may come from clients. */
const MOST = 1000;

/** `resolver`: the name servers that a location asks, and what they said as long as it holds. Source: ngx_resolver.c. */
export class NameServers {
  readonly #servers: readonly string[];
  /** Milliseconds; `undefined`: as long as the answer itself says. */
  readonly #valid: number | undefined;
  readonly #families: readonly (4 | 6)[];
  readonly #known = new Map<string, Known>();

  constructor(servers: readonly string[], valid: number | undefined, families: readonly (4 | 6)[]) {
    this.#servers = servers;
    this.#valid = valid;
    this.#families = families;
  }

  /** The addresses of a name, in another order each time. Rejects in nginx's words; `timeout` in milliseconds. */
  async addressesOf(name: string, timeout: number): Promise<readonly string[]> {
    let known = this.#known.get(name);
    if (known === undefined || known.until <= performance.now()) {
      known = this.#ask(name, timeout);
      this.#known.delete(name);
      const [oldest] = this.#known.keys();
      if (this.#known.size >= MOST && oldest !== undefined) this.#known.delete(oldest);
      this.#known.set(name, known);
    }
    const addresses = await known.addresses;
    const first = Math.floor(Math.random() * addresses.length);
    return [...addresses.slice(first), ...addresses.slice(0, first)];
  }

  #ask(name: string, timeout: number): Known {
    // Those that ask while an answer is under way wait for it.
    const known: Known = { addresses: this.#lookUp(name, timeout, (until) => (known.until = until)), until: Infinity };
    known.addresses.catch(() => (known.until = 0));
    return known;
  }

  async #lookUp(name: string, timeout: number, holds: (until: number) => void): Promise<readonly string[]> {
    const { Resolver } = process.getBuiltinModule('node:dns').promises;
    const resolver = new Resolver({ timeout: Math.ceil(timeout / 2), tries: 2 });
    resolver.setServers(this.#servers);
    const questions = this.#families.map((family) =>
      family === 4 ? resolver.resolve4(name, { ttl: true }) : resolver.resolve6(name, { ttl: true }),
    );
    const answers = await Promise.allSettled(questions);
    const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (found.length === 0) {
      const { reason } = answers[0] as PromiseRejectedResult;
      throw new Error(`${name} could not be resolved (${words((reason as NodeJS.ErrnoException).code)})`);
    }
    holds(performance.now() + (this.#valid ?? Math.min(...found.map(({ ttl }) => ttl)) * 1000));
    return found.map(({ address }) => address);
  }
}

function words(code: string | undefined): string {
  switch (code) {
    case 'ETIMEOUT':
    case 'ECANCELLED':
      return '110: Operation timed out';
    case 'ESERVFAIL':
      return '2: Server failure';
    case 'EREFUSED':
      return '5: Operation refused';
    case 'EFORMERR':
      return '1: Format error';
    default:
      return '3: Host not found';
  }
}

/** Reads `resolver address ... [valid=time] [ipv4=on|off] [ipv6=on|off]`. Source: ngx_resolver_create. */
export function nameServers(directive: Directive): NameServers {
  const servers: string[] = [];
  const families = new Set<4 | 6>([4, 6]);
  let valid: number | undefined;
  for (const { text } of directive.words) {
    const [, name, value = ''] = /^(valid|ipv4|ipv6|status_zone)=(.*)$/.exec(text) ?? [];
    if (name === 'valid') {
      valid = parseSeconds(value);
      if (valid === undefined) throw failure(directive, `invalid parameter: ${text}`);
    } else if (name === 'ipv4' || name === 'ipv6') {
      if (value !== 'on' && value !== 'off') throw failure(directive, `invalid parameter: ${text}`);
      if (value === 'off') families.delete(name === 'ipv4' ? 4 : 6);
    } else if (name === undefined) servers.push(...serversAt(text, directive));
  }
  if (servers.length === 0) throw failure(directive, 'no name servers defined');
  if (families.size === 0) throw failure(directive, '"ipv4" and "ipv6" cannot both be "off"');
  return new NameServers(servers, valid, [...families]);
}

/** A name server as it is written, or all that its name stands for, in the form that `setServers` takes. */
function serversAt(text: string, directive: Directive): string[] {
  const { host, port, problem } = parseHostAndPort(text, 53);
  if (problem !== undefined) throw failure(directive, `${problem} in resolver "${text}"`);
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  const addresses = isIP(bare) === 0 ? hostAddresses(bare) : [bare];
  if (addresses === undefined) throw failure(directive, `host not found in resolver "${text}"`);
  return addresses.map((address) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`));
}
