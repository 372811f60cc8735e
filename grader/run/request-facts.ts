import type { Directive } from '../../proxy/config/index.ts';
import type { Response } from '../lab.ts';
import type { Case } from './case.ts';
import { directivesOf, type ServerBlock, serverFor } from './configuration-model.ts';
import { chooseLocation, type LocationBlock } from './location-choice.ts';

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
  const path = decodedPath(response.request.path);
  const server = serverFor(failure.configuration, port, host);
  const location = server === undefined ? undefined : chooseLocation(server.directive, path);
  const http = directivesOf(failure.configuration.directives).find(({ name }) => name === 'http');
  return { port, host, path, response, server, location, blocks: [location?.directive, server?.directive, http] };
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
