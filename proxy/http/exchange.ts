import type { MakeBodyFilter } from './body-filters.ts';
import type { CoreLocation, Location, VirtualServer } from './configuration.ts';
import type { HeaderSet } from './header-set.ts';
import type { KeptAnswer } from './kept-answer.ts';
import type { Configurations } from './module.ts';
import type { ProxyHeader } from './proxy-protocol.ts';
import type { Segments } from './ranges.ts';
import type { Trace } from './trace/trace.ts';
import type { TrafficKeeper } from './traffic.ts';
import type { ZoneKeeper } from './zone-keeper.ts';

/** A module as its configuration is asked for. */
export interface ModuleName {
  readonly name: string;
}

/** The body of a request as it comes in. Bytes are delivered once `start` is called, under backpressure. */
export interface RequestBody {
  /** Bytes announced by Content-Length, `undefined` when chunked, 0 when there is none. */
  readonly length: number | undefined;
  /** Starts delivery; `onData` gets a buffer it may keep; return from `pause` is honoured between chunks. */
  start(onData: (chunk: Buffer) => void, onEnd: () => void, onError: (status: number) => void): void;
  pause(): void;
  resume(): void;
  /** Bytes of it that came, as they came, and that somebody read. */
  readonly bytesRead?: number;
  /** Somebody answers without it: the status when it can't be understood as far as it has come, which the log is told; 0 otherwise. */
  refusal?(): number;
  /** Somebody is about to read it: the status when he would refuse it as far as it has come, which the log is told; 0 otherwise. */
  unreadable?(): number;
  /** A body whose length isn't known is refused with 413 beyond so many bytes; 0 is no limit. */
  limit?(most: number): void;
}

/** A body that was read whole: its bytes are in memory, or in a file. */
export interface StoredBody {
  /** Empty when there is a file. */
  readonly chunks: readonly Buffer[];
  readonly file: { readonly name: string } | undefined;
}

/**
 * One request and its answer. Handlers read the request half, fill the answer half, then call
 * `respond`/`sendHead` + `write` + `end`. The same shape serves HTTP/1.x and HTTP/2.
 */
export interface Exchange {
  // The request
  readonly method: string;
  /** The request target as it came (origin form; of an absolute form only path and query), latin1. */
  readonly target: string;
  /** The normalised, decoded path that locations are matched against (bytes as latin1); rewrites change it. */
  uri: string;
  /** The query without `?`. */
  args: string;
  /** False once a rewrite changed the path, so that `proxy_pass` without a URI sends `target` only while it is true. */
  uriIsOriginal: boolean;
  /** False after `rewrite ... break`: `proxy_pass` then sends the new path as it is, whatever URI it has itself. */
  locationHolds: boolean;
  /** The words of the status line when they aren't the usual ones; '' for none. */
  reason: string | undefined;
  /** `Server` and `Date` of an upstream, passed on in place of our own. */
  serverHeader: string | undefined;
  dateHeader: string | undefined;
  readonly httpVersion: '0.9' | '1.0' | '1.1' | '2.0';
  /** The version as the client sent it, `HTTP/1.1`; '' in HTTP/0.9. */
  readonly protocol: string;
  readonly requestLine: string;
  /** The value of a request header by its lower-case name: the first of several, or all of X-Forwarded-For and Cookie. */
  header(name: string): string | undefined;
  /** All request headers as sent, name, value, name, value ... */
  readonly requestHeaders: readonly string[];
  /** The request headers whose names aren't in `dropped`, as lines for another server. */
  requestLinesWithout(dropped: HeaderSet): string;
  readonly host: string;
  /** Once it was read by one who isn't the last to want it, one that can be read again takes its place. */
  body: RequestBody;
  /** What was read of it, when somebody read all of it into memory or a file. */
  storedBody: StoredBody | undefined;
  /** The client: another address than the socket's once a proxy's header named it. */
  connection: ClientConnection;
  /** The exchange this one was made for; `undefined` for the client's own. */
  readonly parent: Exchange | undefined;
  /** Milliseconds (performance.now) at which the request began. */
  readonly startedAt: number;

  // Its configuration
  main<C>(module: ModuleName): C;
  server<C>(module: ModuleName): C;
  location<C>(module: ModuleName): C;
  /** The configurations of all modules at the place where the exchange is now. */
  readonly configurations: Configurations;
  /** The core module's configuration there. */
  readonly core: CoreLocation;
  readonly virtualServer: VirtualServer;
  /** The port of the `listen` that the connection came in by. */
  readonly listenPort: number;
  /** The location that was found; `undefined` before, and when none matches. */
  readonly place: Location | undefined;
  /** Makes another place of the file the exchange's configuration (an `if` block). */
  enter(configurations: Configurations): void;
  /** A rewrite changed `uri`: the location is looked up again after the rewrite phase. */
  uriChanged: boolean;
  /** Came here by an internal redirect. */
  internal: boolean;
  /** Values of `set`, captures of `map` and the like. */
  readonly variables: Map<string, string>;
  /** Captures of the last regular expression: `$1`... */
  captures: readonly (string | undefined)[];
  variable(name: string): string | undefined;

  /** The answer has been handed over, or the client is gone. */
  readonly finished: boolean;

  // The answer
  status: number;
  /** Answer headers as name, value, name, value ...; without framing headers, `Server`, `Date` and `Connection`, which the codec writes. */
  readonly responseHeaders: string[];
  /** More answer headers, as lines (`Name: value` and CR LF) that go out as they are, unless somebody asks for `responseHeaders`. */
  passLines(lines: string): void;
  setResponseHeader(name: string, value: string): void;
  responseHeader(lowerCaseName: string): string | undefined;
  removeResponseHeader(lowerCaseName: string): void;
  contentType: string | undefined;
  /** The charset that the answer is to have, whatever the configuration says. */
  overrideCharset: string | undefined;
  /** Bytes of the body when known; the codec chunks (or closes) when it is not. */
  contentLength: number | undefined;
  lastModified: Date | undefined;
  /** Whether the client's connection may be used again after this answer. */
  keepAlive: boolean;
  /** The head alone is sent: HEAD, 204, 304. */
  readonly headerOnly: boolean;
  /** The status an error insists on, even when its page is made by another handler; 0 when none (nginx's err_status). */
  errorStatus: number;
  /** Set for answers that If-Modified-Since and its kin are no concern of (nginx's disable_not_modified). */
  disableConditions: boolean;
  /** Set by handlers whose body may be cut into ranges, or into one at most. */
  allowRanges: boolean | 'one';
  /** What the Range header selects, once the head has been filtered: a streaming handler sends just that. */
  readonly segments: Segments | undefined;
  /** For head filters: the body goes through this filter too, after those that were asked for before. */
  addBodyFilter(make: MakeBodyFilter): void;
  /** Makes the trailer fields (name, value ...) when the body is complete; `undefined` when there are none. */
  trailers: (() => readonly string[]) | undefined;
  /** Bytes a second, in place of what `limit_rate` says; 0 is unlimited. */
  limitRate: number | undefined;
  readonly headSent: boolean;
  bytesSent: number;
  bodyBytesSent: number;
  /** Head and whole body in one go (one write). Bytes of up to 64 KB may be overwritten once this returns. */
  respond(body: Buffer | string): void;
  /** The same with a body that other exchanges are answered with as well. */
  respondKept(kept: KeptAnswer): void;
  sendHead(): void;
  /** Returns false when the client's buffer is full: wait for `onDrain`. */
  write(chunk: Buffer): boolean;
  /** Nothing that was written is held any more: its bytes may be overwritten. */
  readonly flushed: boolean;
  onDrain: (() => void) | undefined;
  end(): void;
  /** An error answer: `error_page` is consulted, then nginx's own page. Before the head only. */
  fail(status: number): void;
  /** Closes the client's connection without more words (nginx's 444, or an upstream that died after the head). */
  abort(): void;
  /** Called when the client goes away before the end. */
  onAbort: (() => void) | undefined;
  /** Runs when all is sent, or the client is gone: lets go of what the exchange holds. */
  atEnd(release: () => void): void;
  /** Continues the phases after a handler said AGAIN. */
  resume(verdict: number): void;
  /** Starts again with location lookup for another path (X-Accel-Redirect, index, try_files, error_page). */
  internalRedirect(uri: string, args?: string, doing?: string): void;
  /** Jumps to a named location. */
  namedLocation(name: string, doing?: string): void;
  /** From now on the request is a GET: error pages and files are fetched so, whatever its method was. */
  answerAsGet(): void;
  /** Hears what becomes of the request, where somebody wants to know: `exchange.trace?.tell(...)`. */
  readonly trace: Trace | undefined;
  /** For `[error]` lines in nginx's form, with `client: ..., server: ..., request: "..."`. */
  logError(level: 'debug' | 'info' | 'notice' | 'warn' | 'error' | 'crit' | 'alert', message: string): void;
  /** The answer is made without the body: the status to fail with when it can't be understood, 0 otherwise. Source: ngx_http_discard_request_body. */
  discardBody(): number;
  /** Takes over the raw socket after a 101: what the client sends from now on, and how to send to it. */
  upgrade(): import('node:net').Socket;
  /** What connections are doing. */
  readonly traffic: TrafficKeeper;
  readonly zones: ZoneKeeper;
  /** What a cache said of the request, for `$upstream_cache_*`. That of a subrequest is its parent's, as variables are. */
  cacheFacts: CacheFacts | undefined;
  /** Facts about the upstream attempts of this request, for `$upstream_*` variables, filled by the proxy modules. */
  upstream: UpstreamFacts | undefined;
}

/** How a cache took part in an answer. */
export interface CacheFacts {
  readonly status: string;
  /** Seconds since 1970, less than 0 when not known. */
  readonly lastModified: number;
  /** '' when there is none. */
  readonly etag: string;
}

/** What went over the wire in an attempt. */
export interface BytesOfAttempt {
  readonly sent: number;
  readonly received: number;
  /** What came after the head. */
  readonly body: number;
}

export interface UpstreamFacts {
  readonly addresses: string[];
  readonly statuses: number[];
  /** Seconds. */
  readonly responseTimes: number[];
  readonly connectTimes: number[];
  readonly headerTimes: number[];
  readonly bytes: readonly BytesOfAttempt[];
  /** Headers of the last answer, name, value ...; `undefined` before there is one. */
  readonly headers: readonly string[] | undefined;
  /** Where in the lists a request began anew, at another upstream after an internal redirect. */
  readonly redirects: number[];
  /** The upstream of the attempt at hand, for error log lines: `http://127.0.0.1:8080/path`. */
  readonly url: string;
}

export interface ClientConnection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
  /** The TLS socket when `secure`. */
  readonly tls: import('node:tls').TLSSocket | undefined;
  readonly number: number;
  /** What a proxy said of the connection by the PROXY protocol. */
  readonly proxyHeader: ProxyHeader | undefined;
  /** Requests so far, the one at hand included. */
  readonly requests: number;
  /** The request at hand had come before the answer to the one before it was complete. */
  readonly pipelined: boolean;
  /** When it was accepted (performance.now). */
  readonly since: number;
}
