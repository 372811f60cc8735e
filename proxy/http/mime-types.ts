import type { Context } from '../config/directive.ts';
import type { Exchange } from './exchange.ts';
import type { DirectiveSpec } from './module.ts';

/** The MIME types that a filter works on. */
export type MimeTypes = ReadonlySet<string> | 'all';

/** What a filter works on when nothing else is said. */
export const HTML: MimeTypes = new Set(['text/html']);
const HTML_TYPES = ['text/html'];

/** `..._types type ...`: a filter works on these besides text/html, or on all with `*`. Source: ngx_http_types_slot. */
export function typesSlot(contexts: readonly Context[], name: string): DirectiveSpec {
  return {
    name,
    contexts,
    arguments: [1, Number.POSITIVE_INFINITY],
    level: 'location',
    set(configuration: { types?: MimeTypes }, directive, build) {
      const { types: known } = configuration;
      if (known === 'all') return;
      const types = new Set(known ?? HTML_TYPES);
      for (const { text } of directive.words) {
        if (text === '*') {
          configuration.types = 'all';
          return;
        }
        const type = text.toLowerCase();
        if (types.has(type)) build.warn(`duplicate MIME type "${type}"`);
        types.add(type);
      }
      configuration.types = types;
    },
  };
}

/** Whether the answer is of one of these types, its parameters aside. Source: ngx_http_test_content_type. */
export function isOfType({ contentType }: Exchange, types: MimeTypes): boolean {
  if (types === 'all') return true;
  if (contentType === undefined || contentType === '') return false;
  return types.has(contentType.replace(/ *;.*/, '').toLowerCase());
}

/** For head filters that change the body: its length isn't known any more, ranges of it make no sense, its ETag is a weak one. */
export function bodyChanges(exchange: Exchange): void {
  exchange.contentLength = undefined;
  exchange.allowRanges = false;
  exchange.removeResponseHeader('accept-ranges');
  const etag = exchange.responseHeader('etag');
  if (etag?.startsWith('"')) exchange.setResponseHeader('ETag', `W/${etag}`);
  else if (etag !== undefined && !etag.startsWith('W/')) exchange.removeResponseHeader('etag');
}
