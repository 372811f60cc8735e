import type { Directive, Word } from '../config/directive.ts';
import { ConfigError, failure } from '../config/index.ts';
import type { Build, Module } from '../http/module.ts';
import { murmurHash2 } from '../http/murmur-hash.ts';

interface Part {
  /** Hashes below this one belong to it; 0 takes all that are left. */
  below: number;
  /** Hundredths of a percent. */
  readonly share: number;
  readonly value: string;
}

/** `split_clients`: a variable that has each of several values for its share of all keys. Source: ngx_http_split_clients_module.c. */
export const splitClientsModule: Module = {
  name: 'ngx_http_split_clients_module',
  directives: [
    {
      name: 'split_clients',
      contexts: ['http'],
      arguments: 2,
      block: true,
      level: 'main',
      set: (_, directive, build) => readSplit(directive, build),
    },
  ],
};

function readSplit(directive: Directive, build: Build): void {
  const [source, target] = directive.words as readonly [Word, Word];
  const subject = build.value(source.text);
  if (!target.text.startsWith('$')) build.fail(`invalid variable name "${target.text}"`);
  const name = target.text.slice(1).toLowerCase();
  const parts: Part[] = [];
  build.defineVariable(name, (exchange) => {
    const known = exchange.variables.get(name);
    if (known !== undefined) return known;
    const hash = murmurHash2(Buffer.from(subject(exchange), 'latin1'));
    const value = parts.find(({ below }) => hash < below || below === 0)?.value ?? '';
    exchange.variables.set(name, value);
    return value;
  });
  for (const line of build.lines(directive)) parts.push(partOf(line));
  let sum = 0;
  let below = 0;
  for (const part of parts) {
    sum = part.share === 0 ? 10_000 : sum + part.share;
    if (sum > 10_000) {
      throw new ConfigError('percent total is greater than 100%', directive.file, directive.blockEndLine);
    }
    if (part.share === 0) continue;
    below += Math.floor((part.share * 0xffffffff) / 10_000);
    part.below = below;
  }
}

function partOf(line: Directive): Part {
  const { name, words } = line;
  const value = words[0]?.text ?? '';
  if (name === '*') return { below: 0, share: 0, value };
  const match = /^(\d+)(?:\.(\d{1,2}))?%$/.exec(name);
  const share = match === null ? 0 : Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
  if (share === 0) throw failure(line, `invalid percent value "${name}"`);
  return { below: 0, share, value };
}
