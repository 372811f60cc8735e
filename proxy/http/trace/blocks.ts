import type { Directive } from '../../config/directive.ts';
import { linesOf } from '../../config/index.ts';
import type { Configurations } from '../module.ts';
import type { Named, TracePlace } from './trace.ts';

/** The blocks of a configuration as they lie in one another, to find the line that a setting comes from. */
export class Blocks {
  readonly #around = new Map<Configurations, Configurations>();
  readonly #http: Configurations;

  constructor(http: Configurations) {
    this.#http = http;
    this.#add(http);
  }

  #add(block: Configurations): void {
    for (const inner of block.children) {
      this.#around.set(inner, block);
      this.#add(inner);
    }
  }

  /** As settings are inherited: from the innermost block that has any directive of these names. */
  find(place: Configurations, { names, fits }: Named): Directive | undefined {
    for (let block: Configurations | undefined = place; block !== undefined; block = this.#around.get(block)) {
      const written = inside(block.directive).filter(({ name }) => names.includes(name));
      if (written.length > 0) return fits === undefined ? written[0] : written.find((each) => fits(each));
    }
    return undefined;
  }

  /** The server of an `upstream` block, by the address that was chosen. */
  peer(upstream: string, address: string): Directive | undefined {
    const group = inside(this.#http.directive).find(
      ({ name, words }) => name === 'upstream' && words[0]?.text === upstream,
    );
    return inside(group).find(({ name, words }) => name === 'server' && isAt(words[0]?.text ?? '', address));
  }
}

/** A port may be left out, a name stand for the address. */
function isAt(text: string, address: string): boolean {
  return text === address || `${text}:80` === address || text.replace(/^localhost\b/, '127.0.0.1') === address;
}

/** What is directly inside a block, with what `include` brought in. */
export function inside(block: Directive | undefined): Directive[] {
  return [...linesOf(block?.block ?? [])];
}

/** A directive and its line, as facts of a step. */
export function placeOf(directive: Directive | undefined): { directive?: string; at?: TracePlace } {
  if (directive === undefined) return {};
  return { directive: written(directive), at: { file: directive.file, line: directive.line } };
}

/** A directive as one writes it, without its block. */
export function written({ name, words }: Directive): string {
  const all = words.map(({ text, quoted }) => (quoted || text === '' ? `"${text.replace(/["\\]/g, '\\$&')}"` : text));
  return [name, ...all].join(' ');
}
