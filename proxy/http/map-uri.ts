import type { Exchange } from './exchange.ts';

/**
 * The file a path means under `root` or `alias`, as a byte string. Source: ngx_http_map_uri_to_path.
 */
export function mapUriToPath(exchange: Exchange, uri = exchange.uri): string {
  const { core } = exchange;
  const root = core.root(exchange);
  if (!core.alias) return root + uri;
  // With captures, alias is the whole path; otherwise what follows the location's name is appended.
  if (core.regex !== undefined) return root;
  return root + uri.slice(core.name.length);
}
