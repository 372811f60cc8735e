import type { LocationEntry, LocationOutcome } from '../../routing/location.ts';
import type { NameMatch } from '../../routing/server-name.ts';
import type { Captured, Location, Locations, VirtualHosts, VirtualServer } from '../configuration.ts';
import type { HttpExchange } from '../http-exchange.ts';
import { inside, placeOf } from './blocks.ts';
import type { TraceCandidate, TraceStep } from './trace.ts';

/** Which server has the request, and why: the names are asked as they were when it was chosen. */
export function serverStep(exchange: HttpExchange): TraceStep {
  const { hosts } = exchange.service;
  const host = exchange.authority === undefined ? '' : exchange.host;
  const match = hosts.match(host);
  const { virtualServer } = exchange;
  const named = match === undefined ? undefined : nameOf(match);
  const by = match === undefined ? 'default' : match.kind;
  return {
    step: 'server',
    says: reason(hosts, host, match),
    by,
    listen: hosts.text,
    ...(match !== undefined && { name: match.name }),
    ...(named === undefined ? place(virtualServer) : nameLine(named, virtualServer)),
    candidates: hosts.servers.map((server) => serverCandidate(server, server === virtualServer)),
  };
}

interface Line {
  readonly file: string;
  readonly line: number;
}

function reason(hosts: VirtualHosts, host: string, match: NameMatch<VirtualServer> | undefined): string {
  const asked = host === '' ? 'a request without Host' : host;
  if (match === undefined) {
    const marked = hosts.defaultServer.core.listens.some((listen) => listen.default && listen.text === hosts.text);
    const why = marked ? 'it is marked default_server' : 'it is the first, and none is marked default_server';
    if (hosts.servers.length === 1) return 'the only server for this address and port';
    return `no server_name fits ${asked}, so the default server takes it: ${why}`;
  }
  const { name, kind } = match;
  if (name === '') return 'a server without a name takes requests without Host';
  switch (kind) {
    case 'exact':
      return `${asked} is one of its names`;
    case 'regex':
      return `no name says ${asked}, and ${name} is the first regular expression that fits`;
    default:
      return `no name says ${asked}, and ${name} is the longest wildcard that fits`;
  }
}

/** The `server_name` that decided. */
function nameLine({ file, line }: Line, { configurations }: VirtualServer): Partial<TraceStep> {
  const directive = inside(configurations.directive).find(
    (each) => each.name === 'server_name' && each.file === file && each.terminatorLine === line,
  );
  return directive === undefined ? { at: { file, line } } : placeOf(directive);
}

function nameOf({ server, name }: NameMatch<VirtualServer>): Line | undefined {
  return server.core.names.find(({ text }) => text === name);
}

function serverCandidate(server: VirtualServer, chosen: boolean): TraceCandidate {
  const { names } = server.core;
  const list = names.map(({ text }) => (text === '' ? '""' : text)).join(' ');
  return { ...place(server), chosen, says: names.length === 0 ? 'no server_name' : `server_name ${list}` };
}

function place({ configurations, core }: VirtualServer): { directive: string; at: { file: string; line: number } } {
  return { directive: 'server', at: { file: core.file, line: core.line }, ...placeOf(configurations.directive) };
}

const reasons: Readonly<Record<LocationOutcome, string>> = {
  exact: 'says exactly this path',
  slash: 'is this path and a slash',
  prefix: 'the longest prefix of the path',
  shorter: 'begins like the path, but another is longer',
  regex: 'its regular expression matches',
  'no match': 'its regular expression does not match',
};

/** Which location has the request, and why: the search is made once more, with somebody who watches. */
export function locationStep(exchange: HttpExchange): TraceStep {
  const { virtualServer, place: found, uri } = exchange;
  const heard = new Map<LocationEntry<Location, Captured>, LocationOutcome>();
  virtualServer.locations.find(uri, undefined, (entry, outcome) => heard.set(entry, outcome));
  const candidates: TraceCandidate[] = [];
  let by: LocationOutcome | undefined;
  list(virtualServer.locations, 0);
  return {
    step: 'location',
    says: why(uri, found, by, [...heard.values()].includes('no match')),
    uri,
    ...(by !== undefined && { by }),
    ...(found === undefined
      ? placeOf(virtualServer.configurations.directive)
      : placeOf(found.configurations.directive)),
    candidates,
  };

  function list({ entries }: Pick<Locations, 'entries'>, depth: number): void {
    for (const entry of entries) {
      if (entry.kind === 'named') continue;
      const outcome = heard.get(entry);
      const chosen = entry.value.configurations === found?.configurations;
      if (chosen) by = outcome;
      const { directive, at } = placeOf(entry.value.configurations.directive);
      if (directive === undefined || at === undefined) continue;
      candidates.push({ directive, at, chosen, says: sayOf(entry, outcome), ...(depth > 0 && { depth }) });
      if (outcome !== undefined && outcome !== 'no match' && outcome !== 'shorter' && entry.inner !== undefined) {
        list(entry.inner, depth + 1);
      }
    }
  }
}

function sayOf(entry: LocationEntry<Location, Captured>, outcome: LocationOutcome | undefined): string {
  if (outcome === 'prefix' && entry.kind === 'exclusive') return `${reasons.prefix}, and ^~ ends the search`;
  if (outcome !== undefined) return reasons[outcome];
  if (entry.kind === 'regex') return 'not asked';
  return entry.kind === 'exact' ? 'says another path' : 'the path does not begin so';
}

function why(
  uri: string,
  found: Location | undefined,
  by: LocationOutcome | undefined,
  otherwiseAsked: boolean,
): string {
  if (found === undefined) return `no location takes ${uri}: what the server block says holds`;
  switch (by) {
    case 'exact':
      return `it says exactly ${uri}`;
    case 'slash':
      return `${uri} lacks the slash of its name`;
    case 'regex':
      return `it is the first regular expression that matches ${uri}`;
    default:
      return found.core.kind === 'exclusive'
        ? `it is the longest prefix of ${uri}, and ^~ keeps regular expressions out`
        : `it is the longest prefix of ${uri}${otherwiseAsked ? ', and no regular expression matches' : ''}`;
  }
}
