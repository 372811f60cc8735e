import { type HostAndPort, parseHostAndPort } from '../http/host-and-port.ts';

/** The URL of a `proxy_pass`, in nginx's parts. Source: ngx_http_proxy_pass, ngx_http_proxy_set_vars. */
export interface ProxyUrl {
  readonly scheme: 'http' | 'https';
  readonly where: HostAndPort;
  /** Host and port as written: the name of an upstream, or an address. */
  readonly authority: string;
  /** What follows the host: '' when there is nothing, so that the request's own path is sent. */
  readonly uri: string;
  /** All of it, as written: what `proxy_redirect default` looks for. */
  readonly url: string;
  /** `$proxy_host`: the port is left out when it is the scheme's. */
  readonly hostHeader: string;
  /** `$proxy_port`. */
  readonly port: string;
}

/** Takes a URL apart; `problem` in nginx's words when that can't be done. */
export function parseProxyUrl(url: string): ProxyUrl | { readonly problem: string } {
  const match = /^(https?):\/\/(.*)$/is.exec(url);
  if (match === null) return { problem: 'invalid URL prefix' };
  const scheme = match[1]!.toLowerCase() as 'http' | 'https';
  const rest = match[2]!;
  const defaultPort = scheme === 'https' ? 443 : 80;
  const { authority, uri } = /^unix:/i.test(rest) ? splitUnix(rest) : splitHost(rest);
  const where = parseHostAndPort(authority, defaultPort);
  if (where.problem !== undefined) return { problem: `${where.problem} in upstream "${rest}"` };
  const withPort = where.path === undefined && where.port !== defaultPort;
  return {
    scheme,
    where,
    authority,
    uri,
    url,
    hostHeader: withPort ? `${where.host}:${where.portText}` : where.host,
    port: where.path === undefined ? String(where.port) : '',
  };
}

function splitHost(rest: string): { authority: string; uri: string } {
  const at = rest.search(/[/?]/);
  if (at < 0) return { authority: rest, uri: '' };
  const uri = rest.slice(at);
  return { authority: rest.slice(0, at), uri: uri.startsWith('/') ? uri : `/${uri}` };
}

/** `unix:/path/socket:/uri`. */
function splitUnix(rest: string): { authority: string; uri: string } {
  const colon = rest.indexOf(':', 5);
  return colon < 0 ? { authority: rest, uri: '' } : { authority: rest.slice(0, colon), uri: rest.slice(colon + 1) };
}
