/** One location as the choice needs to know it. */
export interface LocationEntry<T, C> {
  /** The prefix, the exact path or `@name`; for a regular expression its text. */
  readonly name: string;
  readonly kind: 'prefix' | 'exclusive' | 'exact' | 'regex' | 'named';
  /** For `regex` alone. */
  readonly matches?: (uri: string, captured: C | undefined) => boolean;
  /** A request for the name without its last slash is for this location too, and to be redirected. */
  readonly redirectsToSlash: boolean;
  readonly value: T;
  /** The locations inside. */
  readonly inner: LocationTree<T, C> | undefined;
}

/**
 * What came of asking a location: `exact` and `slash` (the path is its name without the last slash) end the search;
 * `prefix` is the longest, `shorter` begins as the path does too; `regex` matched, `no match` did not.
 */
export type LocationOutcome = 'exact' | 'slash' | 'prefix' | 'shorter' | 'regex' | 'no match';

/** Hears how a search goes, in its order. Locations it hears nothing of were not asked. */
export type LocationWatch<T, C> = (entry: LocationEntry<T, C>, outcome: LocationOutcome) => void;

/** What the search has found so far. */
interface Search<T, C> {
  found: T | undefined;
  readonly watch: LocationWatch<T, C> | undefined;
}

/**
 * The locations of one server, or those inside one location. nginx's order: an exact match ends the search; else the
 * longest prefix is remembered, and if it isn't `^~`, the regular expressions are tried in the order of the file and
 * the first that matches wins; else the prefix holds. Inner locations are searched before outer regular expressions.
 * Source: https://nginx.org/en/docs/http/ngx_http_core_module.html#location and `ngx_http_core_find_location`.
 */
export class LocationTree<T, C> {
  /** In the order of the file. */
  readonly entries: readonly LocationEntry<T, C>[];
  readonly #exact = new Map<string, LocationEntry<T, C>>();
  readonly #redirecting = new Map<string, LocationEntry<T, C>>();
  /** Longest first, so that the first that fits is the one. */
  readonly #prefixes: LocationEntry<T, C>[];
  readonly #regexes: LocationEntry<T, C>[];
  readonly #named = new Map<string, T>();

  constructor(entries: readonly LocationEntry<T, C>[]) {
    this.entries = entries;
    this.#prefixes = entries
      .filter(({ kind }) => kind === 'prefix' || kind === 'exclusive')
      .sort((one, other) => other.name.length - one.name.length);
    this.#regexes = entries.filter(({ kind }) => kind === 'regex');
    for (const entry of entries) {
      if (entry.kind === 'exact') this.#exact.set(entry.name, entry);
      if (entry.kind === 'named') this.#named.set(entry.name, entry.value);
      if (entry.redirectsToSlash && entry.kind !== 'regex' && entry.name.endsWith('/')) {
        this.#redirecting.set(entry.name.slice(0, -1), entry);
      }
    }
  }

  /** The location for a normalised path. Its name is longer than the path only when the answer is a redirect to it. */
  find(uri: string, captured: C | undefined, watch?: LocationWatch<T, C>): T | undefined {
    const search: Search<T, C> = { found: undefined, watch };
    this.search(uri, captured, search);
    return search.found;
  }

  named(name: string): T | undefined {
    return this.#named.get(name);
  }

  /** Returns true when nothing outside can change what was found. */
  search(uri: string, captured: C | undefined, search: Search<T, C>): boolean {
    const { watch } = search;
    const exact = this.#exact.get(uri);
    if (exact !== undefined) {
      search.found = exact.value;
      watch?.(exact, 'exact');
      return true;
    }
    const prefix = this.#longestPrefix(uri);
    const redirecting = this.#redirecting.get(uri);
    if (redirecting !== undefined && prefix?.name !== uri) {
      search.found = redirecting.value;
      watch?.(redirecting, 'slash');
      return true;
    }
    if (prefix !== undefined) {
      search.found = prefix.value;
      if (watch !== undefined) this.#tellPrefixes(uri, prefix, watch);
      if (prefix.inner?.search(uri, captured, search) === true) return true;
      if (prefix.kind === 'exclusive') return false;
    }
    for (const entry of this.#regexes) {
      const matches = entry.matches!(uri, captured);
      watch?.(entry, matches ? 'regex' : 'no match');
      if (!matches) continue;
      search.found = entry.value;
      entry.inner?.search(uri, captured, search);
      return true;
    }
    return false;
  }

  #tellPrefixes(uri: string, longest: LocationEntry<T, C>, watch: LocationWatch<T, C>): void {
    watch(longest, 'prefix');
    for (const entry of this.#prefixes) if (entry !== longest && uri.startsWith(entry.name)) watch(entry, 'shorter');
  }

  #longestPrefix(uri: string): LocationEntry<T, C> | undefined {
    for (const entry of this.#prefixes) if (uri.startsWith(entry.name)) return entry;
    return undefined;
  }
}
