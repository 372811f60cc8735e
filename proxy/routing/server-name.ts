/** A regular expression among server names. */
export interface NamePattern<C> {
  /** As the configuration has it. */
  readonly text: string;
  matches(host: string, captured: C | undefined): boolean;
}

/** A name that fits a host, and whose it is. */
export interface NameMatch<T> {
  readonly server: T;
  /** As it was added. */
  readonly name: string;
  readonly kind: 'exact' | 'leading wildcard' | 'trailing wildcard' | 'regex';
}

/**
 * The servers behind one address, by name. nginx's order: the exact name, the longest wildcard that starts with `*`,
 * the longest that ends with `*`, the first regular expression in the file.
 * Source: https://nginx.org/en/docs/http/server_names.html
 */
export class ServerNames<T, C> {
  readonly #exact = new Map<string, NameMatch<T>>();
  /** `*.example.com` is kept as `.example.com`. */
  readonly #leading = new Map<string, NameMatch<T>>();
  /** `www.example.*` is kept as `www.example.`. */
  readonly #trailing = new Map<string, NameMatch<T>>();
  readonly #patterns: { readonly pattern: NamePattern<C>; readonly match: NameMatch<T> }[] = [];

  /** Adds a name in lower case; false when it was added already: it keeps its first server. */
  add(name: string, server: T): boolean {
    const leading: NameMatch<T> = { server, name, kind: 'leading wildcard' };
    if (name.startsWith('*.')) return addOnce(this.#leading, name.slice(1), leading);
    if (name.startsWith('.')) {
      const exact = addOnce(this.#exact, name.slice(1), { server, name, kind: 'exact' });
      return addOnce(this.#leading, name, leading) && exact;
    }
    if (name.endsWith('.*')) {
      return addOnce(this.#trailing, name.slice(0, -1), { server, name, kind: 'trailing wildcard' });
    }
    return addOnce(this.#exact, name, { server, name, kind: 'exact' });
  }

  addPattern(pattern: NamePattern<C>, server: T): void {
    this.#patterns.push({ pattern, match: { server, name: pattern.text, kind: 'regex' } });
  }

  /** The server for a host in lower case, without port and trailing dot. */
  find(host: string, captured: C | undefined): T | undefined {
    return this.match(host, captured)?.server;
  }

  /** The same with the name that decided. */
  match(host: string, captured: C | undefined): NameMatch<T> | undefined {
    return (
      this.#exact.get(host) ??
      (this.#leading.size > 0 ? longestLeading(this.#leading, host) : undefined) ??
      (this.#trailing.size > 0 ? longestTrailing(this.#trailing, host) : undefined) ??
      (this.#patterns.length > 0 && host !== ''
        ? this.#patterns.find(({ pattern }) => pattern.matches(host, captured))?.match
        : undefined)
    );
  }
}

/** Whether a name with a star has it where nginx allows it: as the whole first or the whole last label. */
export function isValidWildcard(name: string): boolean {
  const stars = name.split('*').length - 1;
  return stars === 0 || (stars === 1 && (/^\*\../.test(name) || /.\.\*$/.test(name)));
}

function addOnce<T>(names: Map<string, NameMatch<T>>, name: string, match: NameMatch<T>): boolean {
  if (names.has(name)) return false;
  names.set(name, match);
  return true;
}

function longestLeading<T>(names: ReadonlyMap<string, T>, host: string): T | undefined {
  for (let dot = host.indexOf('.', 1); dot > 0; dot = host.indexOf('.', dot + 1)) {
    const server = names.get(host.slice(dot));
    if (server !== undefined) return server;
  }
  return undefined;
}

function longestTrailing<T>(names: ReadonlyMap<string, T>, host: string): T | undefined {
  for (let dot = host.lastIndexOf('.', host.length - 2); dot > 0; dot = host.lastIndexOf('.', dot - 1)) {
    const server = names.get(host.slice(0, dot + 1));
    if (server !== undefined) return server;
  }
  return undefined;
}
