import type { Location } from '../http/configuration.ts';
import type { Exchange } from '../http/exchange.ts';
import { AGAIN, DECLINED, OK } from '../http/module.ts';
import { staticModule } from '../modules/static.ts';
import { buildText } from './build-text.ts';

/** Answers with a text of one's own. `contentType` is `text/plain` when not said. */
export function respond(exchange: Exchange, status: number, body: string, contentType = 'text/plain'): void {
  exchange.status = status;
  exchange.contentType = contentType;
  exchange.respond(Buffer.from(body, 'utf8'));
}

/** Sends the client elsewhere: 301, 302, 303, 307 or 308, with nginx's page. `location` goes into the header as it is. */
export function redirect(exchange: Exchange, status: 301 | 302 | 303 | 307 | 308, location: string): void {
  exchange.setResponseHeader('Location', location);
  exchange.fail(status);
}

/** Folders that files were sent from, each as a place of a configuration. They last as long as the server they serve. */
const folders = new WeakMap<object, Map<string, Location>>();

export interface SendFileOptions {
  /** Directives of nginx for the location, for whatever else is wanted: `expires 30d;` */
  readonly directives?: string;
}

/**
 * Sends the file `path` of the folder `root`, with type, ETag, ranges and 304 as nginx does; a path that ends in a slash
 * means its index.html. What isn't there, or lies outside, is 404. Only GET and HEAD are answered, others get 405.
 */
export function sendFile(exchange: Exchange, root: string, path: string, options: SendFileOptions = {}): void {
  if (!path.startsWith('/') || path.split('/').includes('..')) {
    exchange.fail(404);
    return;
  }
  exchange.enter(folder(exchange.virtualServer, root, options.directives ?? '').configurations);
  exchange.uri = path.endsWith('/') ? `${path}index.html` : path;
  const verdict = staticModule.phases!.content!(exchange);
  if (verdict === DECLINED) exchange.fail(404);
  else if (verdict !== AGAIN && verdict !== OK) exchange.fail(verdict);
}

function folder(server: object, root: string, directives: string): Location {
  let known = folders.get(server);
  if (known === undefined) {
    known = new Map();
    folders.set(server, known);
  }
  const key = JSON.stringify([root, directives]);
  let location = known.get(key);
  if (location === undefined) {
    const configuration = buildText(
      `server { listen 127.0.0.1:1; root "${root.replace(/["\\$]/g, '\\$&')}"; location / { ${directives} } }`,
    );
    location = configuration.listeners[0]!.at('').defaultServer.locations.find('/')!;
    known.set(key, location);
  }
  return location;
}
