import type { Stats } from 'node:fs';
import type { Exchange } from './exchange.ts';

/** The MIME type of a path by its extension (`types`), or `default_type`. Source: ngx_http_set_content_type. */
export function contentTypeOf(exchange: Exchange, path = exchange.uri): string | undefined {
  const { core } = exchange;
  const dot = path.lastIndexOf('.');
  if (dot >= 0 && path.indexOf('/', dot) < 0) {
    const extension = path.slice(dot + 1);
    const type = core.types.get(extension) ?? core.types.get(extension.toLowerCase());
    if (type !== undefined) return type;
  }
  return core.defaultType === '' ? undefined : core.defaultType;
}

/** nginx's ETag of a file: its time of change in seconds and its size, in hexadecimal. Source: ngx_http_set_etag. */
export function fileEtag(stats: Stats): string {
  return `"${Math.floor(stats.mtimeMs / 1000).toString(16)}-${stats.size.toString(16)}"`;
}
