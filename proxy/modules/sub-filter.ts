import type { Context } from '../config/directive.ts';
import { flag } from '../config/index.ts';
import { Transform } from '../http/body-filters.ts';
import type { Exchange } from '../http/exchange.ts';
import { bodyChanges, HTML, isOfType, type MimeTypes, typesSlot } from '../http/mime-types.ts';
import type { ComplexValue, Module } from '../http/module.ts';
import { inherit, slot } from '../http/slot.ts';

interface Pair {
  readonly pattern: ComplexValue;
  readonly replacement: ComplexValue;
}

interface SubLocation {
  pairs?: Pair[];
  types?: MimeTypes;
  once?: boolean;
  lastModified?: boolean;
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];

/** `sub_filter`: puts other words in the place of some, without regard to case. Source: ngx_http_sub_filter_module.c. */
export const subFilterModule: Module = {
  name: 'ngx_http_sub_filter_module',
  directives: [
    {
      name: 'sub_filter',
      contexts: CONTEXTS,
      arguments: 2,
      level: 'location',
      set(configuration: SubLocation, directive, build) {
        const [pattern, replacement] = directive.words.map(({ text }) => text) as [string, string];
        if (pattern === '') build.fail('empty search pattern');
        configuration.pairs ??= [];
        configuration.pairs.push({ pattern: build.value(pattern), replacement: build.value(replacement) });
      },
    },
    typesSlot(CONTEXTS, 'sub_filter_types'),
    slot<SubLocation>('location', CONTEXTS, 'sub_filter_once', 'once', flag),
    slot<SubLocation>('location', CONTEXTS, 'sub_filter_last_modified', 'lastModified', flag),
  ],
  createLocation: (): SubLocation => ({}),
  mergeLocation: inherit,
  idle: ({ pairs }: SubLocation) => pairs === undefined,
  filterHead,
};

function filterHead(exchange: Exchange): void {
  const { pairs, types = HTML, once = true, lastModified } = exchange.location<SubLocation>(subFilterModule);
  if (pairs === undefined || exchange.contentLength === 0 || !isOfType(exchange, types)) return;
  const wanted = pairs
    .map(({ pattern, replacement }) => ({ pattern: lowerCase(pattern(exchange)), replacement }))
    .filter(({ pattern }) => pattern !== '');
  if (wanted.length === 0) return;
  if (lastModified === true) bodyChanges(exchange);
  else {
    exchange.lastModified = undefined;
    exchange.removeResponseHeader('last-modified');
    exchange.removeResponseHeader('etag');
    bodyChanges(exchange);
  }
  const substitution = new Substitution(exchange, wanted, once);
  exchange.addBodyFilter((sink, ready) => new Transform(sink, ready, (chunk, last) => substitution.take(chunk, last)));
}

interface Search {
  readonly pattern: string;
  readonly replacement: ComplexValue;
}

/** One body on its way: of several patterns the leftmost match counts, and there the first in the file. */
class Substitution {
  readonly #exchange: Exchange;
  readonly #once: boolean;
  #searches: Search[];
  /** Bytes of the longest pattern. */
  readonly #longest: number;
  /** What might be the beginning of a match. */
  #held = '';

  constructor(exchange: Exchange, searches: Search[], once: boolean) {
    this.#exchange = exchange;
    this.#searches = searches;
    this.#once = once;
    this.#longest = Math.max(...searches.map(({ pattern }) => pattern.length));
  }

  take(chunk: Buffer, last: boolean): Buffer {
    if (this.#searches.length === 0 && this.#held === '') return chunk;
    const text = this.#held + chunk.toString('latin1');
    const low = lowerCase(text);
    // Before this place it is known what matches.
    const limit = last ? text.length : text.length - this.#longest + 1;
    let out = '';
    let at = 0;
    while (this.#searches.length > 0) {
      const found = this.#next(low, at);
      if (found === undefined || found.start >= limit) break;
      out += text.slice(at, found.start) + found.search.replacement(this.#exchange);
      at = found.start + found.search.pattern.length;
      if (this.#once) this.#searches = this.#searches.filter((search) => search !== found.search);
    }
    const end = this.#searches.length === 0 ? text.length : Math.max(at, Math.min(limit, text.length), 0);
    this.#held = text.slice(end);
    return Buffer.from(out + text.slice(at, end), 'latin1');
  }

  #next(low: string, from: number): { readonly start: number; readonly search: Search } | undefined {
    let best: { readonly start: number; readonly search: Search } | undefined;
    for (const search of this.#searches) {
      const start = low.indexOf(search.pattern, from);
      if (start >= 0 && (best === undefined || start < best.start)) best = { start, search };
    }
    return best;
  }
}

/** As nginx: letters of ASCII alone. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
