import type { Directive } from '../../proxy/config/index.ts';
import type { Blame, LinesInContext } from '../result.ts';
import type { StudentConfiguration } from '../target/target.ts';

/** Lines shown before and after the one to look at. */
const around = 3;

/** A `server` block as a request finds it. */
export interface ServerBlock {
  readonly directive: Directive;
  readonly listens: readonly Listen[];
  readonly names: readonly string[];
}

export interface Listen {
  readonly port: number;
  readonly ssl: boolean;
  readonly isDefault: boolean;
  /** Undefined for a server without `listen`, which listens on port 80. */
  readonly directive: Directive | undefined;
}

/** The directives of a block, with what `include` brought in put in its place. */
export function directivesOf(block: readonly Directive[] | undefined): readonly Directive[] {
  return (block ?? []).flatMap((directive) =>
    directive.included === undefined ? [directive] : directivesOf(directive.included),
  );
}

/** The first directive of a name directly inside a block. */
export function directive(block: Directive | undefined, name: string): Directive | undefined {
  return directivesOf(block?.block).find((one) => one.name === name);
}

/** All directives of a name inside blocks, however deep. */
export function everywhere(block: readonly Directive[], name: string): readonly Directive[] {
  return directivesOf(block).flatMap((one) => [
    ...(one.name === name ? [one] : []),
    ...(one.block === undefined ? [] : everywhere(one.block, name)),
  ]);
}

/** The words after the name, as text. */
export function words(one: Directive | undefined): readonly string[] {
  return one?.words.map(({ text }) => text) ?? [];
}

export function servers(configuration: StudentConfiguration): readonly ServerBlock[] {
  return httpBlocks(configuration)
    .filter(({ name }) => name === 'server')
    .map((one) => {
      const listens = directivesOf(one.block)
        .filter(({ name }) => name === 'listen')
        .map(readListen);
      const names = directivesOf(one.block)
        .filter(({ name }) => name === 'server_name')
        .flatMap(words);
      const implied = { port: 80, ssl: false, isDefault: false, directive: undefined };
      return { directive: one, listens: listens.length > 0 ? listens : [implied], names };
    });
}

/** Everything directly inside `http`. */
export function httpBlocks(configuration: StudentConfiguration): readonly Directive[] {
  return directivesOf(configuration.directives)
    .filter(({ name }) => name === 'http')
    .flatMap(({ block }) => directivesOf(block));
}

export function upstream(configuration: StudentConfiguration, name: string): Directive | undefined {
  return httpBlocks(configuration).find((one) => one.name === 'upstream' && words(one)[0] === name);
}

function readListen(one: Directive): Listen {
  const [address = '', ...flags] = words(one);
  const port = /(?:^|:)(\d+)$/.exec(address)?.[1];
  return {
    port: port === undefined ? 80 : Number(port),
    ssl: flags.includes('ssl'),
    isDefault: flags.includes('default_server') || flags.includes('default'),
    directive: one,
  };
}

/**
 * The server that a request on a port with a `Host` comes to: by exact name, by leading wildcard, by trailing wildcard,
 * by regular expression, else the default server. Source: nginx.org/en/docs/http/server_names.html.
 */
export function serverFor(configuration: StudentConfiguration, port: number, host: string): ServerBlock | undefined {
  const candidates = servers(configuration).filter(({ listens }) => listens.some((listen) => listen.port === port));
  const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  const matching = (test: (pattern: string) => boolean): ServerBlock | undefined =>
    // A server without `server_name` has the empty name.
    candidates.find(({ names }) => (names.length > 0 ? names : ['']).some((pattern) => test(pattern.toLowerCase())));
  return (
    matching((pattern) => pattern === name || (pattern.startsWith('.') && pattern.slice(1) === name)) ??
    matching((pattern) => /^\*?\./.test(pattern) && name.endsWith(pattern.replace(/^\*/, ''))) ??
    matching((pattern) => pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1))) ??
    matching((pattern) => pattern.startsWith('~') && safeTest(pattern.slice(1), name, true)) ??
    candidates.find(({ listens }) => listens.some((listen) => listen.port === port && listen.isDefault)) ??
    candidates[0]
  );
}

/** A PCRE pattern tried as a JavaScript one; false when it can't be. */
export function safeTest(pattern: string, text: string, caseless: boolean): boolean {
  try {
    return new RegExp(pattern.replace(/\(\?P?</g, '(?<'), caseless ? 'i' : '').test(text);
  } catch {
    return false;
  }
}

/** The line a directive begins on, as it is written. */
export function blame(configuration: StudentConfiguration, one: Directive): Blame {
  const context = linesAround(configuration, one.file, one.line);
  const text = context?.lines[one.line - context.first] ?? [one.name, ...words(one)].join(' ');
  return { file: one.file, line: one.line, text: text.trim(), ...(context !== undefined && { context }) };
}

/** A line with what stands around it; undefined when there is no such line. */
export function linesAround(
  configuration: StudentConfiguration,
  file: string,
  line: number,
): LinesInContext | undefined {
  const lines = configuration.files.find(({ name }) => name === file)?.text.split('\n') ?? [];
  if (lines[line - 1] === undefined) return undefined;
  const first = Math.max(1, line - around);
  return { first, lines: lines.slice(first - 1, line + around).map((text) => text.trimEnd().slice(0, 200)) };
}

/** `default.conf:14` */
export function place(one: Directive): string {
  return `${one.file}:${one.line}`;
}
