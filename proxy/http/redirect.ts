import type { Exchange } from './exchange.ts';

/**
 * The `Location` for a path on this server: absolute unless `absolute_redirect off`, with the port when it isn't
 * the scheme's default and `port_in_redirect` is on. Anything that isn't a path is returned as it is.
 * Source: ngx_http_header_filter.
 */
export function redirectLocation(exchange: Exchange, location: string): string {
  const { core } = exchange;
  if (!location.startsWith('/') || !core.absoluteRedirect) return location;
  const { secure } = exchange.connection;
  const port = exchange.listenPort;
  const host = core.serverNameInRedirect ? exchange.virtualServer.core.name : exchange.host;
  const suffix = core.portInRedirect && port !== 0 && port !== (secure ? 443 : 80) ? `:${port}` : '';
  return `${secure ? 'https' : 'http'}://${host}${suffix}${location}`;
}
