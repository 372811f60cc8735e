/**
 * Names of headers, whatever letters they are written in. A name is looked up where it stands in a head, by its length
 * and then letter by letter: making it a string of its own in lower case cost a third of forwarding a request.
 */
export class HeaderSet {
  readonly #names: ReadonlySet<string>;
  /** The names by length. */
  readonly #byLength: (readonly string[] | undefined)[] = [];

  constructor(names: Iterable<string>) {
    this.#names = new Set([...names].map((name) => name.toLowerCase()));
    for (const name of this.#names) this.#byLength[name.length] = [...(this.#byLength[name.length] ?? []), name];
  }

  with(more: Iterable<string>): HeaderSet {
    return new HeaderSet([...this.#names, ...more]);
  }

  /** The name, in lower case, that stands from `start` to `end`; `undefined` when it isn't one of these. */
  at(text: string, start: number, end: number): string | undefined {
    const candidates = this.#byLength[end - start];
    if (candidates === undefined) return undefined;
    for (let i = 0; i < candidates.length; i++) if (nameIs(text, start, candidates[i]!)) return candidates[i];
    return undefined;
  }

  /** The same for a name that stands alone. */
  find(name: string): string | undefined {
    return this.at(name, 0, name.length);
  }

  has(name: string): boolean {
    return this.at(name, 0, name.length) !== undefined;
  }
}

/** Compares a name in a text with a lower-case one of the same length. */
export function nameIs(text: string, start: number, lowerCaseName: string): boolean {
  for (let i = 0; i < lowerCaseName.length; i++) {
    const wanted = lowerCaseName.charCodeAt(i);
    const code = text.charCodeAt(start + i);
    if (code !== wanted && !(code >= 65 && code <= 90 && code + 32 === wanted)) return false;
  }
  return true;
}
