import type { Context, Directive, Word } from '../config/directive.ts';
import { failure, flag, PlacelessError } from '../config/index.ts';
import { Transform } from '../http/body-filters.ts';
import { type CharsetMap, type Recoder, singleByteMap, utf8Map } from '../http/charset-tables.ts';
import type { Exchange } from '../http/exchange.ts';
import { isOfType, type MimeTypes, typesSlot } from '../http/mime-types.ts';
import type { Build, ComplexValue, Configurations, Module } from '../http/module.ts';
import { inherit, slot } from '../http/slot.ts';

/** A charset by name, or by variables that name one. */
interface Charset {
  readonly text: string;
  readonly value: ComplexValue;
  readonly constant: boolean;
}

interface CharsetLocation {
  charset?: Charset | 'off';
  source?: Charset;
  override?: boolean;
  types?: MimeTypes;
}

interface CharsetMain {
  /** Names in lower case. */
  readonly known: Set<string>;
  readonly maps: { readonly from: string; readonly to: string; readonly map: CharsetMap }[];
}

const CONTEXTS: readonly Context[] = ['http', 'server', 'location'];
const AND_IF: readonly Context[] = [...CONTEXTS, 'if in location'];
const DEFAULT_TYPES: MimeTypes = new Set([
  'text/html',
  'text/xml',
  'text/plain',
  'text/vnd.wap.wml',
  'application/javascript',
  'application/rss+xml',
]);

/** `charset` in Content-Type, and other bytes for the same characters. Source: ngx_http_charset_filter_module.c. */
export const charsetModule: Module = {
  name: 'ngx_http_charset_filter_module',
  directives: [
    slot<CharsetLocation>('location', AND_IF, 'charset', 'charset', (directive, build) =>
      directive.words[0]!.text === 'off' ? 'off' : readCharset(directive, build),
    ),
    slot<CharsetLocation>('location', AND_IF, 'source_charset', 'source', readCharset),
    slot<CharsetLocation>('location', AND_IF, 'override_charset', 'override', flag),
    typesSlot(CONTEXTS, 'charset_types'),
    { name: 'charset_map', contexts: ['http'], arguments: 2, block: true, level: 'main', set: readMap },
  ],
  createMain: (): CharsetMain => ({ known: new Set(), maps: [] }),
  createLocation: (): CharsetLocation => ({}),
  mergeLocation: inherit,
  postConfiguration: (main: CharsetMain, build) => checkMaps(main, build.configurations),
  filterHead,
};

function readCharset(directive: Directive, build: Build): Charset {
  const { text } = directive.words[0]!;
  const constant = !text.startsWith('$');
  if (constant) build.configuration<CharsetMain>(charsetModule, 'main').known.add(text.toLowerCase());
  const variable = constant ? undefined : build.variable(text.slice(1));
  return { text, value: variable === undefined ? () => text : (exchange) => variable(exchange) ?? '', constant };
}

/** `charset_map from to { from_byte to_bytes; }`, in hexadecimal. */
function readMap(main: CharsetMain, directive: Directive, build: Build): void {
  const [first, second] = directive.words as readonly [Word, Word];
  const [from, to] = [first.text.toLowerCase(), second.text.toLowerCase()];
  main.known.add(from).add(to);
  if (from === to) build.fail(`"charset_map" between the same charsets "${first.text}" and "${second.text}"`);
  if (mapBetween(main, from, to) !== undefined) {
    build.fail(`duplicate "charset_map" between "${first.text}" and "${second.text}"`);
  }
  const pairs: [number, Buffer][] = [];
  for (const line of build.lines(directive)) {
    if (line.words.length !== 1) throw failure(line, 'invalid parameters number');
    const target = line.words[0]!.text;
    const most = to === 'utf-8' ? /^([0-9a-f]{2}){1,3}$/i : /^[0-9a-f]{1,2}$/i;
    if (!/^[0-9a-f]{1,2}$/i.test(line.name)) throw failure(line, `invalid value "${line.name}"`);
    if (!most.test(target)) throw failure(line, `invalid value "${target}"`);
    pairs.push([Number.parseInt(line.name, 16), Buffer.from(target.padStart(2, '0'), 'hex')]);
  }
  const map = to === 'utf-8' ? utf8Map(pairs) : singleByteMap(pairs.map(([byte, [other]]) => [byte, other!]));
  main.maps.push({ from, to, map });
}

function mapBetween(main: CharsetMain, from: string, to: string): (() => Recoder) | undefined {
  for (const { from: first, to: second, map } of main.maps) {
    if (first === from && second === to) return () => map.forward();
    if (first === to && second === from) return () => map.backward();
  }
  return undefined;
}

/** Servers and locations alone, for only they answer. */
function checkMaps(main: CharsetMain, { children }: Configurations): void {
  for (const child of children) {
    const { charset, source } = child.location.get(charsetModule) as CharsetLocation;
    if (charset !== undefined && charset !== 'off' && source !== undefined && charset.constant && source.constant) {
      const [from, to] = [source.text.toLowerCase(), charset.text.toLowerCase()];
      if (from !== to && mapBetween(main, from, to) === undefined) {
        throw new PlacelessError(`no "charset_map" between the charsets "${source.text}" and "${charset.text}"`);
      }
    }
    checkMaps(main, child);
  }
}

function filterHead(exchange: Exchange): void {
  const { source } = exchange.location<CharsetLocation>(charsetModule);
  const to = exchange.parent === undefined ? wanted(exchange) : charsetOf(originalOf(exchange));
  if (to === undefined) return;
  const own = charsetOf(exchange);
  const from = own ?? source?.value(exchange);
  if (from === undefined) {
    name(exchange, to);
    return;
  }
  const main = exchange.main<CharsetMain>(charsetModule);
  const [fromKey, toKey] = [from.toLowerCase(), to.toLowerCase()];
  if (fromKey === toKey) {
    name(exchange, to);
    return;
  }
  if (exchange.responseHeader('content-encoding') !== undefined) return;
  const recoder = mapBetween(main, fromKey, toKey)?.();
  if (recoder === undefined) {
    exchange.logError(
      'error',
      `no "charset_map" between the charsets "${from}" and "${to}" while sending response to client`,
    );
    return;
  }
  name(exchange, to);
  if (exchange.parent === undefined && (fromKey === 'utf-8' || toKey === 'utf-8')) exchange.contentLength = undefined;
  exchange.addBodyFilter((sink, ready) => new Transform(sink, ready, recoder));
}

/** The charset that the answer is to have; `undefined` when it is none of our business. Source: ngx_http_destination_charset. */
function wanted(exchange: Exchange): string | undefined {
  const configuration = exchange.location<CharsetLocation>(charsetModule);
  const { charset, override = false, types = DEFAULT_TYPES } = configuration;
  const { contentType, overrideCharset = '' } = exchange;
  if (contentType === undefined) return undefined;
  if (overrideCharset !== '') {
    if (exchange.main<CharsetMain>(charsetModule).known.has(overrideCharset.toLowerCase())) return overrideCharset;
    const doing = ' while reading response header from upstream';
    exchange.logError('error', `unknown charset "${overrideCharset}" to override${doing}`);
    return undefined;
  }
  if (charset === undefined || charset === 'off') return undefined;
  if (charsetOf(exchange) !== undefined ? !override : !isOfType(exchange, types)) return undefined;
  return charset.value(exchange);
}

function charsetOf({ contentType }: Exchange): string | undefined {
  return /; *charset=["']?([^"';]+)/i.exec(contentType ?? '')?.[1];
}

function originalOf(exchange: Exchange): Exchange {
  let original = exchange;
  while (original.parent !== undefined) original = original.parent;
  return original;
}

/** Redirects have none: old browsers took it for that of the next page. */
function name(exchange: Exchange, charset: string): void {
  if (exchange.parent !== undefined) return;
  const type = exchange.contentType!.replace(/; *charset=.*$/i, '');
  const redirects = exchange.status === 301 || exchange.status === 302;
  exchange.contentType = redirects || charset === '' ? type : `${type}; charset=${charset}`;
}
