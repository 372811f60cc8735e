import type { Socket } from 'node:net';
import type { Exchange, RequestBody } from './exchange.ts';
import { HttpExchange } from './http-exchange.ts';
import type { BodySink, Transport } from './transport.ts';

/** What a module asks of its own server. */
export interface Subrequest {
  /** A path, or the name of a location. */
  readonly uri: string;
  readonly args?: string;
  /** The method; GET when not given. */
  readonly method?: string;
  /** The head of the answer is all that matters. */
  readonly headerOnly?: boolean;
  /** The body that goes with it; none when not given. */
  readonly body?: RequestBody;
  /** Goes on when the parent's answer is complete. */
  readonly background?: boolean;
  /** Takes the body as it comes (after the filters of its own location); thrown away when not given. */
  readonly sink?: BodySink;
  /** Called once, when the answer is complete, or `finished` short of it. */
  done?(subrequest: Exchange): void;
}

/** As nginx: more than this many levels are taken for a circle. */
const MOST_LEVELS = 50;

/**
 * Sends a request that nobody sent through the phases: the parent's headers, another path, and an answer that goes to
 * `wish`. Used by `auth_request`, `mirror` and server side includes. Source: ngx_http_subrequest.
 */
export function subrequest(of: Exchange, wish: Subrequest): Exchange {
  const parent = of as HttpExchange;
  const transport = new SubrequestTransport(wish);
  const child = new HttpExchange(
    parent.requestHead,
    parent.httpVersion,
    wish.body ?? NO_BODY,
    parent.connection,
    parent.service,
    transport,
    parent,
  );
  child.method = wish.method ?? 'GET';
  child.headerOnly = wish.headerOnly === true;
  child.uri = wish.uri;
  child.args = wish.args ?? '';
  child.uriIsOriginal = false;
  child.internal = true;
  child.host = parent.host;
  child.storedBody = parent.storedBody;
  child.virtualServer = parent.virtualServer;
  child.enter(parent.virtualServer.configurations);
  if (wish.background !== true) parent.atEnd(() => child.clientGone());
  let levels = 0;
  for (let up: HttpExchange | undefined = parent; up !== undefined; up = up.parent) levels++;
  if (levels > MOST_LEVELS) {
    child.logError('error', `subrequests cycle while processing "${wish.uri}"`);
    child.abort();
  } else if (wish.uri.startsWith('@')) {
    child.uri = parent.uri;
    parent.service.phases.namedLocation(child, wish.uri);
  } else parent.service.phases.beginInside(child);
  return child;
}

/** A subrequest reads no body: what the client sends belongs to the parent. */
const NO_BODY: RequestBody = {
  length: 0,
  start: (_onData, onEnd) => onEnd(),
  pause: () => undefined,
  resume: () => undefined,
};

/** The wire under a subrequest: whoever asked for it. */
class SubrequestTransport implements Transport {
  readonly flushed = false;
  readonly #wish: Subrequest;

  constructor(wish: Subrequest) {
    this.#wish = wish;
  }

  respond(exchange: HttpExchange, body: Buffer | string): void {
    if (body.length > 0) {
      this.write(exchange, typeof body === 'string' ? Buffer.from(body, 'latin1') : Buffer.from(body));
    }
    this.end(exchange);
  }

  sendHead(): void {}

  write(exchange: HttpExchange, chunk: Buffer): boolean {
    exchange.bytesSent += chunk.length;
    exchange.bodyBytesSent += chunk.length;
    return this.#wish.sink?.write(chunk) ?? true;
  }

  end(exchange: HttpExchange): void {
    exchange.finish();
    this.#wish.done?.(exchange);
  }

  abort(exchange: HttpExchange): void {
    if (exchange.status === 0) exchange.status = 500;
    this.end(exchange);
  }

  upgrade(): Socket {
    throw new Error('a subrequest has no socket');
  }
}
