import { type Directive, parseText } from '../../../proxy/config/index.ts';

/** A configuration without what has no meaning: order where none counts, spaces, comments, the names of upstreams. */
export interface Normalised {
  /** Equal for configurations that say the same. */
  readonly canonical: string;
  /** Each directive with the blocks around it, to compare configurations that say nearly the same. */
  readonly lines: readonly string[];
  /** What is written for people: most telling, and never the same by chance. */
  readonly comments: readonly string[];
}

/** Directives that are worked through in the order in which they stand. Of all others the order has no meaning. */
const ordered = /^(server|if|set|rewrite|return|break|include|allow|deny|satisfy|try_files)$/;

/** Normalises the files of a configuration, in the order of their names. Never throws: what can't be parsed is compared as far as it can. */
export function normaliseConfiguration(texts: readonly string[]): Normalised {
  const directives = texts.flatMap((text) => parseText(text, 'submission', { includes: false }).directives);
  const named = renameUpstreams(directives);
  return {
    canonical: canonicalBlock(directives, named),
    // Here a group has no name at all: what is in it has lines of its own, and shall count once.
    lines: [...linesOf(directives, [], new Map([...named.keys()].map((name) => [name, '{}'])))],
    comments: texts.flatMap(commentsOf),
  };
}

/** Upstreams get the names of their contents; what they are called is a matter of taste. */
function renameUpstreams(directives: readonly Directive[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const visit = (block: readonly Directive[]) => {
    for (const { name, words, block: inner } of block) {
      if (inner === undefined) continue;
      if (name === 'upstream' && words[0] !== undefined)
        names.set(words[0].text, `{${canonicalBlock(inner, new Map())}}`);
      else visit(inner);
    }
  };
  visit(directives);
  return names;
}

function canonicalBlock(directives: readonly Directive[], names: ReadonlyMap<string, string>): string {
  const one = (directive: Directive): string => {
    const { block } = directive;
    const head = headOf(directive, names);
    return block === undefined ? `${head};` : `${head}{${canonicalBlock(block, names)}}`;
  };
  const isOrdered = ({ name, words, block }: Directive) =>
    (ordered.test(name) && !(name === 'server' && block === undefined)) ||
    (name === 'location' && words[0]?.text.startsWith('~') === true);
  const free = directives.filter((directive) => !isOrdered(directive)).map(one);
  return [...free.sort(), ...directives.filter(isOrdered).map(one)].join('');
}

function headOf({ name, words }: Directive, names: ReadonlyMap<string, string>): string {
  const renamed = words.map(({ text }) => {
    const scheme = /^(?:https?:\/\/)?/.exec(text)![0];
    const rest = text.slice(scheme.length);
    const host = /^[^/:$]*/.exec(rest)![0];
    const group = names.get(host);
    return group === undefined ? JSON.stringify(text) : JSON.stringify(scheme + group + rest.slice(host.length));
  });
  // `server_name a b` means what `server_name b a` does.
  return [name, ...(name === 'server_name' ? renamed.sort() : renamed)].join(' ');
}

function* linesOf(
  directives: readonly Directive[],
  around: readonly string[],
  names: ReadonlyMap<string, string>,
): Generator<string> {
  for (const directive of directives) {
    const line = headOf(directive, names);
    yield [...around, line].join(' > ');
    // The server it stands in says nothing; the location does.
    const inside = directive.name === 'location' ? [...around, line] : around;
    if (directive.block !== undefined) yield* linesOf(directive.block, inside, names);
  }
}

function commentsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|[\s;{}])#+([^\n]*)/g)]
    .map(([, comment]) => `# ${comment!.trim().replaceAll(/\s+/g, ' ').toLowerCase()}`)
    .filter((comment) => /\p{L}{3}/u.test(comment));
}
