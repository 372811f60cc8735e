import type { Directive, Word } from '../config/directive.ts';
import { failure, number } from '../config/index.ts';
import { accepted } from '../http/accepted.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Build, ComplexValue, Module } from '../http/module.ts';
import { MatchLimitError, matchRegex, type Regex } from '../http/regex.ts';
import { isValidWildcard, ServerNames } from '../routing/server-name.ts';

interface Entry {
  readonly value: ComplexValue;
}

/** `map`: a variable whose value depends on another's. Computed when it is asked for, and once for a request. Source: ngx_http_map_module.c. */
export const mapModule: Module = {
  name: 'ngx_http_map_module',
  createMain: () => ({}),
  directives: [
    {
      name: 'map',
      contexts: ['http'],
      arguments: 2,
      block: true,
      level: 'main',
      set: (_, directive, build) => readMap(directive, build),
    },
    accepted('main', 'map_hash_max_size', ['http'], (directive) => number(directive)),
    accepted('main', 'map_hash_bucket_size', ['http'], (directive) => number(directive)),
  ],
};

function readMap(directive: Directive, build: Build): void {
  const [source, target] = directive.words as readonly [Word, Word];
  const subject = build.value(source.text);
  if (!target.text.startsWith('$')) build.fail(`invalid variable name "${target.text}"`);
  const name = target.text.slice(1).toLowerCase();
  const table = new Table(build);
  // Known before it is read: its own lines may refer to it.
  build.defineVariable(name, (exchange) => {
    // What `set` gave it, or what it was computed to.
    const known = exchange.variables.get(name);
    if (known !== undefined) return known;
    const value = table.find(subject(exchange), exchange);
    if (!table.volatile) exchange.variables.set(name, value);
    return value;
  });
  for (const line of build.lines(directive)) table.add(line);
}

class Table {
  volatile = false;
  readonly #build: Build;
  readonly #exact = new Map<string, Entry>();
  readonly #regexes: { readonly regex: Regex; readonly entry: Entry }[] = [];
  #names: ServerNames<Entry, never> | undefined;
  #fallback: Entry | undefined;

  constructor(build: Build) {
    this.#build = build;
  }

  find(subject: string, exchange: Exchange): string {
    const names = this.#names;
    const text = names !== undefined && subject.endsWith('.') ? subject.slice(0, -1) : subject;
    const low = text.toLowerCase();
    let entry = this.#exact.get(low) ?? names?.find(low, undefined);
    if (entry === undefined) {
      entry = this.#findPattern(text, exchange) ?? this.#fallback;
    }
    return entry?.value(exchange) ?? '';
  }

  /** An expression that has to try too often ends the search. Source: ngx_http_map_find. */
  #findPattern(text: string, exchange: Exchange): Entry | undefined {
    try {
      return this.#regexes.find(({ regex }) => matchRegex(regex, text, exchange))?.entry;
    } catch (error) {
      if (!(error instanceof MatchLimitError)) throw error;
      exchange.logError('alert', error.message);
      return undefined;
    }
  }

  add(line: Directive): void {
    const { name: key, words } = line;
    if (words.length === 0 && key === 'hostnames') this.#names = new ServerNames();
    else if (words.length === 0 && key === 'volatile') this.volatile = true;
    else if (words.length !== 1) throw failure(line, 'invalid number of the map parameters');
    else this.#addEntry(key, words[0]!.text, line);
  }

  #addEntry(key: string, value: string, line: Directive): void {
    const entry: Entry = { value: this.#build.value(value) };
    if (key === 'default') {
      if (this.#fallback !== undefined) throw failure(line, 'duplicate default map parameter');
      this.#fallback = entry;
    } else if (key.startsWith('~')) {
      const caseless = key.startsWith('~*');
      this.#regexes.push({ regex: this.#build.regex(key.slice(caseless ? 2 : 1), caseless), entry });
    } else {
      const plain = (key.startsWith('\\') ? key.slice(1) : key).toLowerCase();
      if (this.#names === undefined) {
        if (this.#exact.has(plain)) throw failure(line, `conflicting parameter "${plain}"`);
        this.#exact.set(plain, entry);
      } else {
        if (!isValidWildcard(plain) || plain.includes('..')) {
          throw failure(line, `invalid hostname or wildcard "${plain}"`);
        }
        if (!this.#names.add(plain, entry)) throw failure(line, `conflicting parameter "${plain}"`);
      }
    }
  }
}
