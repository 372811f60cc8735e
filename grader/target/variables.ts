import type { Directive } from '../../proxy/config/index.ts';

/** A piece of a word: text as it is, or a variable's name. */
type Piece = { readonly text: string } | { readonly variable: string };

/** What the variables of a configuration may hold, as far as the configuration itself says it. */
export class Variables {
  readonly #values = new Map<string, string[]>();

  /** Notes what a directive gives to variables: `set`, `map`, `geo`, `split_clients`. */
  note({ name, words, block }: Directive): void {
    if (name === 'set' && words[0] !== undefined && words[1] !== undefined) this.#add(words[0].text, words[1].text);
    const target = words.at(-1)?.text;
    if (!/^(map|geo|split_clients)$/.test(name) || target === undefined) return;
    for (const entry of block ?? []) if (entry.words[0] !== undefined) this.#add(target, entry.words[0].text);
  }

  /** All values that the configuration gives to a variable; undefined when it comes from the server or a request. */
  values(name: string): readonly string[] | undefined {
    return this.#values.get(name);
  }

  /**
   * Whether a path with variables in it stays below where it begins, as far as that can be known beforehand: no `..`, neither
   * written, nor put together from pieces, nor brought in by a variable that the configuration sets.
   */
  keepsBelow(path: string): boolean {
    const all = pieces(path);
    if (/(^|\/)\.\.(\/|$)/.test(path)) return false;
    return all.every((piece, at) => {
      if ('text' in piece) return true;
      const [before, after] = [all[at - 1], all[at + 1]];
      if (before !== undefined && 'text' in before && /\.$/.test(before.text)) return false;
      if (after !== undefined && 'text' in after && /^\.(\/|\.|$)/.test(after.text)) return false;
      if (after !== undefined && 'variable' in after && !(isRoot(piece.variable) && isUri(after.variable)))
        return false;
      return (this.values(piece.variable) ?? []).every(isHarmless);
    });
  }

  #add(word: string, value: string): void {
    const name = word.replace(/^\$/, '');
    const known = this.#values.get(name);
    if (known === undefined) this.#values.set(name, [value]);
    else known.push(value);
  }
}

/** Variables that hold a path from its first slash on. */
export const isUri = (name: string): boolean => /^(uri|request_uri|document_uri|fastcgi_script_name)$/.test(name);

const isRoot = (name: string): boolean => /^(document_root|realpath_root)$/.test(name);

/** A value that can't take part in a `..`: without dots at its ends, and of one piece. */
function isHarmless(value: string): boolean {
  const all = pieces(value);
  const single = all.length <= 1 || all.every((piece) => 'text' in piece);
  return single && !value.includes('..') && !/^\.|\.$/.test(value);
}

/** A word, taken apart at its variables (`$name`, `${name}`). */
export function pieces(word: string): readonly Piece[] {
  return word
    .split(/(\$\{\w+\}|\$\w+)/)
    .filter((part) => part !== '')
    .map((part) => (/^\$\{?\w/.test(part) ? { variable: part.replace(/^\$\{?|\}$/g, '') } : { text: part }));
}
