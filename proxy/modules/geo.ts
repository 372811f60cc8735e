import type { Directive } from '../config/directive.ts';
import { failure } from '../config/index.ts';
import { type Address, forwardedAddress, isIn, type Network, parseAddress, parseNetwork } from '../http/addresses.ts';
import type { Exchange } from '../http/exchange.ts';
import { GeoNetworks, GeoRanges, type GeoTable } from '../http/geo-tables.ts';
import type { Build, Module } from '../http/module.ts';

type Source = (exchange: Exchange) => string | undefined;

/** What a client without a usable address is looked up as. */
const NOBODY: Address = { family: 4, value: 0xffffffffn };

/** `geo`: a variable whose value depends on an address. Source: ngx_http_geo_module.c. */
export const geoModule: Module = {
  name: 'ngx_http_geo_module',
  directives: [
    {
      name: 'geo',
      contexts: ['http'],
      arguments: [1, 2],
      block: true,
      level: 'main',
      set: (_, directive, build) => readGeo(directive, build),
    },
  ],
};

function readGeo(directive: Directive, build: Build): void {
  const words = directive.words.map(({ text }) => text);
  const nameOf = (word: string): string =>
    word.startsWith('$') ? word.slice(1) : build.fail(`invalid variable name "${word}"`);
  const source = words.length === 2 ? build.variable(nameOf(words[0]!)) : undefined;
  const name = nameOf(words.at(-1)!).toLowerCase();
  const geo = new Geo(source, build);
  build.defineVariable(name, (exchange) => {
    const known = exchange.variables.get(name);
    if (known !== undefined) return known;
    const value = geo.find(exchange);
    exchange.variables.set(name, value);
    return value;
  });
  for (const line of build.lines(directive)) geo.add(line);
}

class Geo {
  readonly #source: Source | undefined;
  readonly #build: Build;
  readonly #proxies: Network[] = [];
  #recursive = false;
  #table: GeoTable | undefined;

  constructor(source: Source | undefined, build: Build) {
    this.#source = source;
    this.#build = build;
  }

  find(exchange: Exchange): string {
    return this.#table?.find(this.#address(exchange) ?? NOBODY) ?? '';
  }

  #address(exchange: Exchange): Address | undefined {
    const own = this.#source === undefined ? exchange.connection.remoteAddress : (this.#source(exchange) ?? '');
    const list = this.#proxies.length === 0 ? undefined : exchange.header('x-forwarded-for');
    if (list === undefined) return parseAddress(own);
    const trusted = (text: string): boolean => {
      const address = parseAddress(text);
      return address !== undefined && this.#proxies.some((proxy) => isIn(address, proxy));
    };
    return parseAddress(forwardedAddress(own, list, trusted, this.#recursive)?.address ?? own);
  }

  add(line: Directive): void {
    const { name } = line;
    const word = line.words[0]?.text;
    if (word === undefined && name === 'ranges') {
      if (this.#table !== undefined) {
        throw failure(line, 'the "ranges" directive must be the first directive inside "geo" block');
      }
      this.#table = new GeoRanges();
    } else if (word === undefined && name === 'proxy_recursive') this.#recursive = true;
    else if (word === undefined || line.words.length > 1) {
      throw failure(line, 'invalid number of the geo parameters');
    } else if (name === 'proxy') this.#proxies.push(this.#network(word, line));
    else if (this.#table instanceof GeoRanges) this.#addRange(this.#table, name, word, line);
    else {
      this.#table ??= new GeoNetworks();
      this.#addNetwork(this.#table as GeoNetworks, name, word, line);
    }
  }

  #network(text: string, line: Directive): Network {
    const network = parseNetwork(text);
    if (network === undefined) throw failure(line, `invalid network "${text}"`);
    if (network.loose) this.#build.warn(`low address bits of ${text} are meaningless`);
    return network;
  }

  #addNetwork(table: GeoNetworks, key: string, value: string, line: Directive): void {
    if (key === 'delete') {
      if (!table.delete(this.#network(value, line))) this.#build.warn(`no network "${value}" to delete`);
      return;
    }
    const networks: readonly Network[] =
      key === 'default'
        ? ([4, 6] as const).map((family) => ({ family, value: 0n, length: 0 }))
        : [this.#network(key, line)];
    for (const network of networks) {
      const old = table.add(network, value);
      if (old !== undefined) {
        this.#build.warn(`duplicate network "${key}", value: "${value}", old value: "${old}"`);
      }
    }
  }

  #addRange(table: GeoRanges, key: string, value: string, line: Directive): void {
    if (key === 'default') {
      const old = table.fallback;
      if (old !== undefined) {
        this.#build.warn(`duplicate default geo range value: "${value}", old value: "${old}"`);
      }
      table.fallback = value;
      return;
    }
    const text = key === 'delete' ? value : key;
    const [start, end] = text.split('-').map((half) => parseAddress(half));
    if (start?.family !== 4 || end?.family !== 4 || text.split('-').length !== 2 || start.value > end.value) {
      throw failure(line, `invalid range "${text}"`);
    }
    const [first, last] = [Number(start.value), Number(end.value)];
    if (key === 'delete') {
      if (!table.delete(first, last)) this.#build.warn(`no address range "${text}" to delete`);
      return;
    }
    const overlap = table.add(first, last, value, (old) =>
      this.#build.warn(`duplicate range "${text}", value: "${value}", old value: "${old}"`),
    );
    if (overlap !== undefined) throw failure(line, `range "${text}" overlaps "${overlap}"`);
  }
}
