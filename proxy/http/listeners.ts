import { PlacelessError } from '../config/index.ts';
import { isWildcard } from '../routing/listen.ts';
import { isValidWildcard, ServerNames } from '../routing/server-name.ts';
import type { Captured, CoreServer, Listen, Listener, VirtualHosts, VirtualServer } from './configuration.ts';
import { core, coreMain } from './core.ts';
import type { CoreLocationState } from './core-location.ts';
import type { CoreServerState, ListenPort } from './core-server.ts';
import type { Configurations } from './module.ts';
import { matcherOf } from './regex.ts';

/** The sockets to open for an `http` block that is merged, with the servers behind each. Throws where names make no sense; warns where they collide. */
export function listenersOf(http: Configurations, warn: (warning: string) => void): Listener[] {
  const main = coreMain(http);
  const servers = new Map<CoreServerState, VirtualServer>();
  for (const state of main.serverStates) servers.set(state, virtualServer(state));
  main.servers!.push(...servers.values());

  const hosts = [...main.ports.values()].map((port) => {
    const listen = port.listens[0]!.listen;
    return { listen, port, hosts: virtualHosts(port, servers, warn) };
  });
  return hosts
    .filter(({ listen }) => listen.unix || !hosts.some((other) => covers(other.listen, listen)))
    .map(({ listen, port, hosts: own }) => {
      const covered = new Map(
        hosts.filter((other) => covers(listen, other.listen)).map((other) => [other.listen.address, other.hosts]),
      );
      const { address, unix, text } = listen;
      const options = port.listens.find((each) => each.listen.set)?.listen ?? listen;
      const { ipv6only, backlog, reuseport, keepAlive } = options;
      return {
        address,
        port: listen.port,
        unix,
        text,
        ipv6only,
        backlog,
        reuseport,
        keepAlive,
        at: (localAddress) => covered.get(localAddress) ?? own,
      };
    });
}

/** Whether the socket of one `listen` gets the connections of the other: a wildcard of the same family and port does. */
function covers(wildcard: Listen, other: Listen): boolean {
  return (
    wildcard !== other &&
    !wildcard.unix &&
    !other.unix &&
    isWildcard(wildcard.address) &&
    !isWildcard(other.address) &&
    wildcard.port === other.port &&
    wildcard.address.includes(':') === other.address.includes(':')
  );
}

function virtualServer(state: CoreServerState): VirtualServer {
  const configurations = state.configurations!;
  const location = configurations.location.get(core) as CoreLocationState;
  return { configurations, core: state as CoreServer, locations: location.locations! };
}

function virtualHosts(
  port: ListenPort,
  servers: ReadonlyMap<CoreServerState, VirtualServer>,
  warn: (warning: string) => void,
): VirtualHosts {
  const names = new ServerNames<VirtualServer, Captured>();
  const first = port.listens.find(({ listen }) => listen.default) ?? port.listens[0]!;
  // A server that is alone is never looked up by name.
  const choice = port.listens.length > 1 || first.server.captures === true;
  for (const { server } of port.listens) {
    const virtual = servers.get(server)!;
    for (const { text, regex } of server.names.length === 0 ? [{ text: '', regex: undefined }] : server.names) {
      if (regex !== undefined) {
        names.addPattern({ text, matches: matcherOf(regex) }, virtual);
      } else if (choice && !isValidWildcard(text)) {
        throw new PlacelessError(`invalid server name or wildcard "${text}" on ${port.text}`);
      } else if (!names.add(text, virtual) && choice) {
        warn(`conflicting server name "${text}" on ${port.text}, ignored`);
      }
    }
  }
  const defaultServer = servers.get(first.server)!;
  const some = (key: 'ssl' | 'http2' | 'proxyProtocol'): boolean => port.listens.some(({ listen }) => listen[key]);
  return {
    ssl: some('ssl'),
    http2: some('http2'),
    proxyProtocol: some('proxyProtocol'),
    text: port.text,
    port: first.listen.port,
    defaultServer,
    servers: port.listens.map(({ server }) => servers.get(server)!),
    find: (host, captured) => names.find(host, captured) ?? defaultServer,
    match: (host) => names.match(host, undefined),
  };
}
