import type { Directive } from '../../proxy/config/index.ts';
import type { Response } from '../lab.ts';
import type { TracePlace } from '../trace.ts';
import type { Case } from './case.ts';
import { directivesOf, everywhere, type ServerBlock, serverFor, servers, words } from './configuration-model.ts';
import { chooseLocation, type LocationBlock, readLocation } from './location-choice.ts';

/** The request that failed: which port, host and path, and which server and location took it. */
export interface Taken {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  readonly response: Response;
  readonly server: ServerBlock | undefined;
  readonly location: LocationBlock | undefined;
  /** Location, server, http: where a directive is looked for, innermost first. */
  readonly blocks: readonly (Directive | undefined)[];
}

/** Who took the most telling request (the last of the evidence); undefined without one. */
export function takenBy(failure: Case, wanted: (response: Response) => boolean = () => true): Taken | undefined {
  const response = failure.responses.findLast(wanted);
  if (response === undefined) return undefined;
  const port = response.request.url.startsWith('https:') ? 443 : 80;
  const host = /^host:[ \t]*(\S+)/im.exec(response.request.head)?.[1] ?? '';
  const { server, location, path } = told(failure, response) ?? supposed(failure, port, host, response.request.path);
  const http = directivesOf(failure.configuration.directives).find(({ name }) => name === 'http');
  return { port, host, path, response, server, location, blocks: [location?.directive, server?.directive, http] };
}

type Place = Pick<Taken, 'server' | 'location' | 'path'>;

/** What the configuration leads one to expect of a server that tells nothing. */
function supposed({ configuration }: Case, port: number, host: string, target: string): Place {
  const path = decodedPath(target);
  const server = serverFor(configuration, port, host);
  return { server, location: server && chooseLocation(server.directive, path), path };
}

/** What the server itself told: the place where the request was when its rewriting was over. */
function told({ configuration, traces = [] }: Case, { request, status }: Response): Place | undefined {
  const trace = traces.findLast(
    (one) =>
      one.method === request.method &&
      one.target === request.path &&
      one.status === status &&
      one.secure === request.url.startsWith('https:'),
  );
  const chosen = trace?.steps.find(({ step }) => step === 'server');
  if (trace === undefined || chosen?.step !== 'server') return undefined;
  const block = chosen.candidates.find((one) => one.chosen);
  const server = servers(configuration).find(({ directive }) => isAt(directive, block));
  if (server === undefined) return undefined;
  // Phases speak before a location is chosen (the handshake, the server's own rewriting), and after it.
  const from = trace.steps.findIndex(({ step }) => step === 'location');
  const over = trace.steps.findIndex(({ step }, i) => i > from && !['location', 'rewrite'].includes(step));
  const last = trace.steps.slice(0, over < 0 ? undefined : over).findLast(({ step }) => step === 'location');
  if (last?.step !== 'location') return { server, location: undefined, path: decodedPath(request.path) };
  const location = everywhere(server.directive.block ?? [], 'location').find((one) => isAt(one, last));
  return { server, location: location && readLocation(location), path: last.uri ?? decodedPath(request.path) };
}

/** Several blocks may begin on one line. */
function isAt(one: Directive, told: { readonly directive?: string; readonly at?: TracePlace } | undefined): boolean {
  if (told?.at?.file !== one.file || told.at.line !== one.line) return false;
  return told.directive?.replaceAll('"', '') === [one.name, ...words(one)].join(' ').replaceAll('"', '');
}

/** The path of a request target without query, decoded and without doubled slashes or dot segments, as nginx matches it. */
export function decodedPath(target: string): string {
  const raw = target.split(/[?#]/, 1)[0] ?? '';
  let text = raw;
  try {
    text = decodeURIComponent(raw);
  } catch {
    // Not UTF-8: matched as it came.
  }
  const kept: string[] = [];
  for (const segment of text.replace(/\/+/g, '/').split('/').slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}
