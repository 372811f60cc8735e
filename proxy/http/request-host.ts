import type { TLSSocket } from 'node:tls';
import type { VirtualHosts, VirtualServer } from './configuration.ts';
import { validHost } from './host-name.ts';
import type { HttpExchange } from './http-exchange.ts';
import { MatchLimitError } from './regex.ts';

/**
 * The server whose settings hold until a request says its host: the one that the handshake asked for, else the default
 * one. Source: ngx_http_ssl_servername.
 */
export function serverBeforeHost(hosts: VirtualHosts, tls: TLSSocket | undefined): VirtualServer {
  const name = (tls as { servername?: string | false } | undefined)?.servername;
  return name ? hosts.find(name.toLowerCase()) : hosts.defaultServer;
}

/**
 * Chooses the server by the Host header or the authority of the request line, and enters its configuration.
 * Returns nginx's words when the name is invalid. Source: ngx_http_validate_host and ngx_http_set_virtual_server.
 */
export function chooseServer(exchange: HttpExchange): string | undefined {
  try {
    return findServer(exchange);
  } catch (error) {
    if (!(error instanceof MatchLimitError)) throw error;
    exchange.logError('alert', `${error.message} while reading client request headers`);
    // As in nginx the connection ends, and there is no answer.
    exchange.fail(444);
    return undefined;
  }
}

function findServer(exchange: HttpExchange): string | undefined {
  const { hosts } = exchange.service;
  const given = exchange.authority;
  if (given === undefined) {
    // A server may be there for those who name none.
    const server = hosts.find('', exchange);
    exchange.host = server.core.name;
    if (server !== exchange.virtualServer) {
      exchange.virtualServer = server;
      exchange.enter(server.configurations);
    }
    return undefined;
  }
  const host = validHost(given);
  if (host === undefined) return 'client sent invalid host header';
  exchange.host = host;
  const server = hosts.find(host, exchange);
  if (server !== exchange.virtualServer) {
    exchange.virtualServer = server;
    exchange.enter(server.configurations);
  }
  // An absolute target outranks the Host header, which must be valid all the same.
  const header = exchange.requestHead.host;
  if (header !== undefined && header !== given && validHost(header) === undefined)
    return 'client sent invalid host header';
  return undefined;
}

/** Chooses servers for the requests of one connection: the next one is nearly always for the host of the one before. */
export class HostChoice {
  #given = '';
  #host = '';
  #server: VirtualServer | undefined;

  /** As `chooseServer`. */
  chooseServer(exchange: HttpExchange): string | undefined {
    const given = exchange.authority;
    const server = this.#server;
    if (server !== undefined && this.#given === given && exchange.requestHead.authority === '') {
      exchange.host = this.#host;
      exchange.virtualServer = server;
      exchange.enter(server.configurations);
      return undefined;
    }
    const problem = chooseServer(exchange);
    // A name that was matched by a regular expression has captures, and is looked up each time.
    if (problem === undefined && given !== undefined && exchange.captures.length === 0) {
      this.#given = given;
      this.#host = exchange.host;
      this.#server = exchange.virtualServer;
    }
    return problem;
  }
}
