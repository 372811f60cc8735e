import type { Socket } from 'node:net';
import { parseSize } from '../config/index.ts';
import { BodyFilters, type MakeBodyFilter, Transform } from './body-filters.ts';
import type { CoreLocation, Location, VirtualServer } from './configuration.ts';
import { errorPage } from './error-pages.ts';
import type { CacheFacts, ClientConnection, Exchange, RequestBody, StoredBody, UpstreamFacts } from './exchange.ts';
import type { HeaderSet } from './header-set.ts';
import type { KeptAnswer } from './kept-answer.ts';
import { RateLimit } from './limit-rate.ts';
import type { Configurations, Module } from './module.ts';
import { notModified } from './not-modified.ts';
import type { Service } from './phases.ts';
import type { Plan } from './plan.ts';
import { rangeBody, type Segments, selectRanges } from './ranges.ts';
import { allHeaders, headerOf, linesWithout, type RequestHead } from './request-head.ts';
import type { Trace } from './trace/trace.ts';
import type { TrafficKeeper } from './traffic.ts';
import type { Transport } from './transport.ts';
import type { ZoneKeeper } from './zone-keeper.ts';

const EMPTY = Buffer.alloc(0);

/**
 * One request and its answer, whatever carries it. The phases move it along (`phases.ts`), modules fill it,
 * the transport writes it. It holds no promise and no stream; nothing of the request is copied until asked for.
 */
export class HttpExchange implements Exchange {
  /** Becomes GET when an error page is made for another method. */
  method: string;
  readonly target: string;
  uri = '';
  args = '';
  uriIsOriginal = true;
  readonly httpVersion: '0.9' | '1.0' | '1.1' | '2.0';
  readonly protocol: string;
  requestLine: string;
  readonly #head: RequestHead;
  #requestHeaders: string[] | undefined;
  /** Lower case, without port; the server's name when the client sent none. */
  host = '';
  body: RequestBody;
  storedBody: StoredBody | undefined;
  connection: ClientConnection;
  readonly parent: HttpExchange | undefined;
  readonly startedAt: number = performance.now();
  readonly service: Service;
  readonly transport: Transport;

  // Its configuration
  virtualServer: VirtualServer;
  configurations: Configurations;
  /** The core module's configuration at the place where the exchange is now. */
  core: CoreLocation;
  /** What there is to do there. */
  plan: Plan;
  /** The location that was found; `undefined` before, and when none matches. */
  place: Location | undefined;
  #variables: Map<string, string> | undefined;
  #cacheFacts: CacheFacts | undefined;
  captures: readonly (string | undefined)[] = [];

  // Where the phases are
  step = 0;
  uriChanged = false;
  /** False after `rewrite ... break`: the path is no longer under the location's name (nginx's valid_location). */
  locationHolds = true;
  uriChangesLeft = 10;
  /** Came here by an internal redirect. */
  internal = false;
  accessStatus = 0;
  /** An error page is being made. */
  #inErrorPage = false;

  // The answer
  status = 0;
  readonly #responseHeaders: string[] = [];
  /** Headers of the answer that nobody has asked for yet, as lines. There are none in the list then. */
  passedLines = '';
  /** The words after the status, when an upstream said its own. */
  reason: string | undefined;
  /** An upstream's Server and Date, when they are to be passed on. */
  serverHeader: string | undefined;
  dateHeader: string | undefined;
  contentType: string | undefined;
  overrideCharset: string | undefined;
  contentLength: number | undefined;
  lastModified: Date | undefined;
  headSent = false;
  bytesSent = 0;
  bodyBytesSent = 0;
  onDrain: (() => void) | undefined;
  onAbort: (() => void) | undefined;
  upstream: UpstreamFacts | undefined;
  /** Whether the connection may be used again after this answer. */
  keepAlive = false;
  /** The status an error insists on, even when its page is made by another handler; 0 when none (nginx's err_status). */
  errorStatus = 0;
  /** The head alone is sent: HEAD, 204, 304. */
  headerOnly: boolean;
  /** Set for answers that If-Modified-Since and its kin are no concern of (nginx's disable_not_modified). */
  disableConditions = false;
  /** A filter put a page in place of the body. */
  #replacement: string | undefined;
  /** Set by handlers whose body may be cut into ranges. */
  allowRanges: boolean | 'one' = false;
  /** What the Range header selects, once the head has been filtered. */
  segments: Segments | undefined;
  #makeFilters: MakeBodyFilter[] | undefined;
  #bodyFilters: BodyFilters | undefined;
  limitRate: number | undefined;
  trailers: (() => readonly string[]) | undefined;
  #atEnd: (() => void)[] | undefined;
  finished = false;
  /** Nobody is there for an answer to a failure: the client is gone, or was too slow. */
  unheard = false;

  constructor(
    head: RequestHead,
    version: '0.9' | '1.0' | '1.1' | '2.0',
    body: RequestBody,
    connection: ClientConnection,
    service: Service,
    transport: Transport,
    parent?: HttpExchange,
  ) {
    this.parent = parent;
    this.#head = head;
    this.method = head.method;
    this.target = head.target;
    this.requestLine = head.requestLine;
    this.httpVersion = version;
    this.protocol = head.protocol;
    this.body = body;
    this.connection = connection;
    this.service = service;
    this.transport = transport;
    this.headerOnly = head.method === 'HEAD' && version !== '0.9';
    this.virtualServer = service.hosts.defaultServer;
    this.configurations = this.virtualServer.configurations;
    this.plan = service.phases.planAt(this.configurations);
    this.core = this.plan.core;
  }

  header(name: string): string | undefined {
    return headerOf(this.#head, name);
  }

  get requestHeaders(): readonly string[] {
    this.#requestHeaders ??= allHeaders(this.#head);
    return this.#requestHeaders;
  }

  requestLinesWithout(dropped: HeaderSet): string {
    return linesWithout(this.#head, dropped);
  }

  /** The Host header as sent (or the authority of the request line). */
  get authority(): string | undefined {
    return this.#head.authority === '' ? this.#head.host : this.#head.authority;
  }

  get requestHead(): RequestHead {
    return this.#head;
  }

  main<C>(module: Module): C {
    return this.configurations.main.get(module) as C;
  }

  server<C>(module: Module): C {
    return this.configurations.server.get(module) as C;
  }

  location<C>(module: Module): C {
    return this.configurations.location.get(module) as C;
  }

  get cacheFacts(): CacheFacts | undefined {
    return this.parent === undefined ? this.#cacheFacts : this.parent.cacheFacts;
  }

  set cacheFacts(facts: CacheFacts | undefined) {
    if (this.parent === undefined) this.#cacheFacts = facts;
    else this.parent.cacheFacts = facts;
  }

  get variables(): Map<string, string> {
    // A subrequest has those of its parent, as in nginx.
    this.#variables ??= this.parent === undefined ? new Map() : this.parent.variables;
    return this.#variables;
  }

  variable(name: string): string | undefined {
    return this.service.variable(this, name);
  }

  get listenPort(): number {
    return this.service.hosts.port;
  }

  /** Makes another place of the file the exchange's configuration (a location, an `if` block). */
  enter(configurations: Configurations): void {
    this.configurations = configurations;
    this.plan = this.service.phases.planAt(configurations);
    this.core = this.plan.core;
  }

  get responseHeaders(): string[] {
    if (this.passedLines !== '') this.#listPassedLines();
    return this.#responseHeaders;
  }

  passLines(lines: string): void {
    this.passedLines += lines;
    if (this.#responseHeaders.length > 0) this.#listPassedLines();
  }

  #listPassedLines(): void {
    const lines = this.passedLines.split('\r\n');
    this.passedLines = '';
    for (let i = 0; i < lines.length - 1; i++) {
      const line = lines[i]!;
      const colon = line.indexOf(': ');
      this.#responseHeaders.push(line.slice(0, colon), line.slice(colon + 2));
    }
  }

  setResponseHeader(name: string, value: string): void {
    const wanted = name.toLowerCase();
    const headers = this.responseHeaders;
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i]!.toLowerCase() === wanted) {
        headers[i + 1] = value;
        return;
      }
    }
    headers.push(name, value);
  }

  responseHeader(lowerCaseName: string): string | undefined {
    const headers = this.responseHeaders;
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!;
      if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return headers[i + 1];
    }
    return undefined;
  }

  removeResponseHeader(lowerCaseName: string): void {
    const headers = this.responseHeaders;
    for (let i = headers.length - 2; i >= 0; i -= 2) {
      if (headers[i]!.toLowerCase() === lowerCaseName) headers.splice(i, 2);
    }
  }

  /** Runs the head filters, once. */
  #filterHead(): void {
    if (this.errorStatus !== 0) this.status = this.errorStatus;
    else if (this.status === 0) this.status = 200;
    if (this.status === 204 || this.status === 304) this.headerOnly = true;
    this.headSent = true;
    const { headFilters } = this.plan;
    notModified(this);
    for (let i = 0; i < headFilters.length; i++) headFilters[i]!(this);
    selectRanges(this);
    if (this.trailers !== undefined) this.#expectTrailers();
    if (
      (this.limitRate !== undefined || this.core.limitRate !== undefined) &&
      this.parent === undefined &&
      !this.headerOnly
    ) {
      this.#limit();
    }
    if (this.#makeFilters !== undefined && !this.headerOnly) {
      const sink = {
        write: (chunk: Buffer) => (this.finished ? true : this.transport.write(this, chunk)),
        end: () => {
          if (!this.finished) this.transport.end(this);
        },
      };
      this.#bodyFilters = new BodyFilters(this.#makeFilters, sink, () => this.onDrain?.());
    }
  }

  /** Trailers come after a body whose length isn't said. Source: ngx_http_chunked_header_filter. */
  #expectTrailers(): void {
    const { httpVersion, core } = this;
    const possible = httpVersion === '2.0' || (httpVersion === '1.1' && core.chunkedTransferEncoding);
    if (!possible || this.headerOnly) {
      this.trailers = undefined;
      return;
    }
    if (httpVersion === '1.1') this.contentLength = undefined;
    this.addBodyFilter((sink, ready) => new Transform(sink, ready, (chunk) => chunk));
  }

  addBodyFilter(make: MakeBodyFilter): void {
    this.#makeFilters ??= [];
    this.#makeFilters.push(make);
  }

  #limit(): void {
    const { limitRate, limitRateAfter } = this.core;
    this.limitRate ??= this.#size(limitRate!(this));
    const rate = this.limitRate;
    if (rate === 0) return;
    const after = limitRateAfter === undefined ? 0 : this.#size(limitRateAfter(this));
    this.addBodyFilter((sink, ready) => new RateLimit(this, rate, after, sink, ready));
  }

  /** A size that a variable says; 0, and a word in the log, when it is none. */
  #size(text: string): number {
    const size = text === '' ? 0 : parseSize(text);
    if (size === undefined) this.logError('error', `invalid size "${text}" while sending response to client`);
    return size ?? 0;
  }

  atEnd(release: () => void): void {
    this.#atEnd ??= [];
    this.#atEnd.push(release);
  }

  respond(content: Buffer | string): void {
    this.#respond(content, undefined);
  }

  respondKept(kept: KeptAnswer): void {
    this.#respond(kept.body, kept);
  }

  #respond(content: Buffer | string, kept: KeptAnswer | undefined): void {
    if (this.headSent || this.finished) return;
    this.contentLength = content.length;
    this.#filterHead();
    const body = this.#replacement ?? content;
    if (this.headerOnly) {
      this.transport.respond(this, EMPTY);
      return;
    }
    const { segments } = this;
    const wanted =
      segments === undefined
        ? body
        : rangeBody(typeof body === 'string' ? Buffer.from(body, 'latin1') : body, segments);
    const filters = this.#bodyFilters;
    if (filters === undefined) {
      this.transport.respond(this, wanted, wanted === kept?.body ? kept : undefined);
      return;
    }
    this.transport.sendHead(this);
    // The filters keep what they get, and the caller's bytes are his again.
    const bytes = typeof wanted === 'string' ? Buffer.from(wanted, 'latin1') : Buffer.from(wanted);
    if (bytes.length > 0) filters.write(bytes);
    filters.end();
  }

  sendHead(): void {
    if (this.headSent || this.finished) return;
    this.#filterHead();
    if (this.#replacement === undefined) this.transport.sendHead(this);
    else this.transport.respond(this, this.headerOnly ? EMPTY : this.#replacement);
  }

  /** For head filters: nginx's page for a status instead of the answer at hand. */
  replaceWithPage(status: number): void {
    this.forgetBody();
    this.status = status;
    this.reason = undefined;
    const page = errorPage(status, this.core.serverTokens, this.core.msiePadding, this.header('user-agent')) ?? '';
    this.#replacement = page;
    this.contentType = 'text/html';
    this.contentLength = page.length;
  }

  /** An error page is fetched with GET, whatever the request's method was. */
  answerAsGet(): void {
    this.method = 'GET';
  }

  write(chunk: Buffer): boolean {
    if (this.finished || this.headerOnly || chunk.length === 0) return true;
    return this.#bodyFilters === undefined ? this.transport.write(this, chunk) : this.#bodyFilters.write(chunk);
  }

  get flushed(): boolean {
    return this.#bodyFilters === undefined && this.transport.flushed;
  }

  end(): void {
    if (this.finished) return;
    if (this.#bodyFilters === undefined) this.transport.end(this);
    else this.#bodyFilters.end();
  }

  /**
   * An answer that nginx would call special: `error_page` first, then the page of our own.
   * Source: ngx_http_special_response_handler.
   */
  fail(status: number): void {
    if (this.finished) return;
    if (this.headSent) {
      this.abort();
      return;
    }
    if (status === 444 || this.unheard) {
      this.status = status;
      this.abort();
      return;
    }
    if (closesConnection(status)) this.keepAlive = false;
    this.errorStatus = status;
    this.forgetBody();
    if (!this.#inErrorPage && this.core.errorPages.length > 0 && this.uriChangesLeft > 0) {
      this.#inErrorPage = !this.core.recursiveErrorPages;
      const page = this.core.errorPages.find((candidate) => candidate.status === status);
      if (page !== undefined) {
        this.service.phases.toErrorPage(this, page, status);
        return;
      }
    }
    this.failPlainly(status);
  }

  /** Answers with our own page, whatever `error_page` says. */
  failPlainly(status: number): void {
    // It is thrown away, and the log tells when that can't be done.
    this.discardBody();
    this.errorStatus = status >= 494 && status <= 497 ? 400 : status;
    const text = errorPage(status, this.core.serverTokens, this.core.msiePadding, this.header('user-agent'));
    this.contentType = text === undefined ? undefined : 'text/html';
    this.respond(text ?? '');
  }

  /** Drops what a handler said about a body that will not be sent now. */
  forgetBody(): void {
    this.contentLength = undefined;
    this.lastModified = undefined;
    this.contentType = undefined;
    this.allowRanges = false;
    this.removeResponseHeader('etag');
    this.removeResponseHeader('content-encoding');
    this.removeResponseHeader('accept-ranges');
  }

  abort(): void {
    if (this.finished) return;
    this.transport.abort(this);
  }

  resume(verdict: number): void {
    if (this.finished) return;
    this.service.phases.resume(this, verdict);
  }

  internalRedirect(uri: string, args?: string, doing = ''): void {
    this.service.phases.internalRedirect(this, uri, args ?? '', doing);
  }

  namedLocation(name: string, doing = ''): void {
    this.service.phases.namedLocation(this, name, doing);
  }

  logError(level: 'debug' | 'info' | 'notice' | 'warn' | 'error' | 'crit' | 'alert', message: string): void {
    this.service.logError(this, level, message);
  }

  get zones(): ZoneKeeper {
    return this.service.zones;
  }

  get trace(): Trace | undefined {
    return this.service.traces?.of(this);
  }

  discardBody(): number {
    return this.body.refusal?.() ?? 0;
  }

  get traffic(): TrafficKeeper {
    return this.service.traffic;
  }

  upgrade(): Socket {
    return this.transport.upgrade(this);
  }

  /** Called by the transport, once, when the answer has been handed to the socket or the client is gone. */
  finish(): void {
    if (this.finished) return;
    this.finished = true;
    this.onDrain = undefined;
    this.onAbort = undefined;
    this.#bodyFilters?.destroy();
    this.service.phases.log(this);
    if (this.#atEnd !== undefined) for (const release of this.#atEnd) release();
  }

  /** Called by the transport when the client takes bytes again. */
  drained(): void {
    if (this.finished) return;
    if (this.#bodyFilters === undefined) this.onDrain?.();
    else this.#bodyFilters.drained();
  }

  /** Called by the transport when the client went away before the end. */
  clientGone(): void {
    if (this.finished) return;
    const { onAbort } = this;
    if (!this.headSent) this.status = 499;
    onAbort?.();
    this.finish();
  }
}

/** Statuses after which nginx does not keep the connection. Source: ngx_http_special_response_handler. */
function closesConnection(status: number): boolean {
  return (
    status === 400 ||
    status === 413 ||
    status === 414 ||
    status === 500 ||
    status === 501 ||
    (status >= 494 && status <= 497)
  );
}
