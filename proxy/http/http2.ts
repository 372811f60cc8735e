import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { AcceptedConnection } from './accepted-connection.ts';
import { clock } from './clock.ts';
import type { CoreServer } from './configuration.ts';
import type { Connections } from './connections.ts';
import type { RequestBody } from './exchange.ts';
import { HttpExchange } from './http-exchange.ts';
import { type Http2Server, http2Module, sessionSettings } from './http2-settings.ts';
import { onDemand } from './on-demand.ts';
import type { Service } from './phases.ts';
import type { ProxyHeader } from './proxy-protocol.ts';
import { emptyHead, type RequestHead } from './request-head.ts';
import { chooseServer, serverBeforeHost } from './request-host.ts';
import type { Transport } from './transport.ts';
import { PRODUCT, SERVER } from './version.ts';

/** Headers that HTTP/2 has no place for (RFC 9113, 8.2.2). */
const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** More headers than the 64 KB that a block may have has room for: how many there may be is `max_headers`' business. */
const MOST_PAIRS = 65_536;

/** The headers of a request as they came, and by name. */
interface Block {
  readonly raw: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

type Limits = Pick<CoreServer, 'maxHeaders' | 'ignoreInvalidHeaders' | 'underscoresInHeaders'>;

/** Serves a connection on which the client chose HTTP/2, `tls` when it did so by TLS: framing is Node's, each stream becomes an exchange. */
export function acceptHttp2(
  socket: Socket,
  tls: TLSSocket | undefined,
  service: Service,
  connections: Connections,
  proxyHeader?: ProxyHeader,
): void {
  // As in nginx what holds for a connection is its server's: the one that the handshake asked for.
  const { configurations, core: limits } = serverBeforeHost(service.hosts, tls);
  const { core } = service.phases.planAt(configurations);
  const settings = sessionSettings(configurations.server.get(http2Module) as Http2Server);
  const session = onDemand.http2.performServerHandshake(socket, { settings, maxHeaderListPairs: MOST_PAIRS });
  const connection = new Http2Connection(
    socket,
    tls !== undefined,
    session,
    ++connections.count,
    service.hosts.text,
    proxyHeader,
  );
  connections.open.add(connection);
  session.on('stream', (stream, headers, _flags, raw) => {
    const block = { raw: raw as unknown as string[], headers: headers as Record<string, string> };
    beginStream(stream, block, limits, connection, service);
    if (connection.requests >= core.keepaliveRequests) session.close();
  });
  session.on('error', () => session.destroy());
  if (core.keepaliveTimeout > 0) session.setTimeout(core.keepaliveTimeout, () => session.close());
  session.on('close', () => {
    if (connections.open.delete(connection)) connections.requestsBefore += connection.requests;
  });
}

class Http2Connection extends AcceptedConnection {
  readonly socket: Socket;
  /** Streams that are being answered. */
  streams = 0;
  readonly #session: ServerHttp2Session;

  constructor(
    socket: Socket,
    secure: boolean,
    session: ServerHttp2Session,
    number: number,
    listen: string,
    proxyHeader: ProxyHeader | undefined,
  ) {
    super(socket, number, secure, listen, proxyHeader);
    this.socket = socket;
    this.#session = session;
  }

  get doing(): 'writing' | 'waiting' {
    return this.streams > 0 ? 'writing' : 'waiting';
  }

  /** No new streams; closes when those under way have ended. */
  quit(): void {
    this.#session.close();
  }
}

function beginStream(
  stream: ServerHttp2Stream,
  block: Block,
  limits: Limits,
  connection: Http2Connection,
  service: Service,
): void {
  connection.requests++;
  connection.streams++;
  const { head, invalid, tooMany } = headOf(block, limits);
  const transport = new Http2Transport(stream);
  const exchange = new HttpExchange(
    head,
    '2.0',
    new Http2Body(stream, head.contentLength),
    connection,
    service,
    transport,
  );
  stream.on('error', () => undefined);
  exchange.atEnd(() => connection.streams--);
  stream.on('drain', () => exchange.drained());
  stream.on('close', () => exchange.clientGone());
  const problem = chooseServer(exchange);
  if (exchange.finished) return;
  // There is no request line before all headers have been read.
  exchange.requestLine = '';
  for (const name of invalid) exchange.logError('info', `client sent invalid header: "${name}"${READING}`);
  if (tooMany) exchange.logError('info', `client sent too many header lines${READING}`);
  exchange.requestLine = head.requestLine;
  if (tooMany) {
    exchange.fail(494);
    return;
  }
  if (problem !== undefined || head.method === 'TRACE' || !head.target.startsWith('/')) {
    if (problem !== undefined) exchange.logError('info', `${problem} while processing HTTP/2 connection`);
    exchange.fail(head.method === 'TRACE' ? 405 : 400);
    return;
  }
  service.phases.begin(exchange);
}

const READING = ' while reading client request headers';

/**
 * The header block as a head of HTTP/1.1 would have it, so that everything after it is the same; what of it is ignored, and
 * whether there is more than `max_headers` allows. Pieces of a cookie are put together and don't count. Source:
 * ngx_http_v2_state_process_header.
 */
function headOf(
  { raw, headers }: Block,
  limits: Limits,
): { readonly head: RequestHead; readonly invalid: readonly string[]; readonly tooMany: boolean } {
  const valid = limits.underscoresInHeaders ? /^[a-z0-9_-]+$/ : /^[a-z0-9-]+$/;
  const invalid: string[] = [];
  let count = 0;
  const head = emptyHead();
  head.method = headers[':method'] ?? '';
  head.target = headers[':path'] ?? '';
  head.requestLine = `${head.method} ${head.target} HTTP/2.0`;
  head.protocol = 'HTTP/2.0';
  head.version = '1.1';
  let text = '';
  const add = (name: string, value: string): void => {
    const start = text.length;
    text += `${name}: ${value}\r\n`;
    head.offsets.push(start, start + name.length, start + name.length + 2, text.length - 2);
  };
  const authority = headers[':authority'] ?? headers.host;
  if (authority !== undefined) {
    add('Host', authority);
    head.host = authority;
  }
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    if (name.startsWith(':') || name === 'cookie') continue;
    if (limits.ignoreInvalidHeaders && !valid.test(name)) {
      invalid.push(name);
      continue;
    }
    if (count++ === limits.maxHeaders) break;
    if (name !== 'host') add(name, raw[i + 1]!);
  }
  if (headers.cookie !== undefined) add('Cookie', headers.cookie);
  head.text = text;
  head.end = text.length;
  const length = headers['content-length'];
  if (length !== undefined && /^\d{1,15}$/.test(length)) head.contentLength = Number(length);
  return { head, invalid, tooMany: count > limits.maxHeaders };
}

/** The body of a stream; flow control is the stream's own. */
class Http2Body implements RequestBody {
  readonly length: number | undefined;
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream, length: number | undefined) {
    this.#stream = stream;
    this.length = stream.endAfterHeaders ? 0 : length;
  }

  start(onData: (chunk: Buffer) => void, onEnd: () => void, onError: (status: number) => void): void {
    if (this.length === 0 && this.#stream.endAfterHeaders) {
      onEnd();
      return;
    }
    let ended = false;
    this.#stream.on('data', onData);
    this.#stream.on('end', () => {
      ended = true;
      onEnd();
    });
    this.#stream.on('aborted', () => {
      if (!ended) onError(400);
    });
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }
}

/** One stream under an exchange. Source: ngx_http_v2_header_filter. */
class Http2Transport implements Transport {
  readonly flushed = false;
  readonly #stream: ServerHttp2Stream;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
  }

  respond(exchange: HttpExchange, body: Buffer | string): void {
    if (!this.#respond(exchange, body.length === 0)) return;
    if (body.length > 0) {
      exchange.bytesSent += body.length;
      exchange.bodyBytesSent += body.length;
      // The bytes are written later: a caller's kept buffer must not be.
      this.#stream.end(typeof body === 'string' ? Buffer.from(body, 'latin1') : Buffer.from(body));
    }
    this.#over(exchange);
  }

  sendHead(exchange: HttpExchange): void {
    this.#respond(exchange, exchange.headerOnly);
  }

  write(exchange: HttpExchange, chunk: Buffer): boolean {
    if (this.#stream.destroyed || this.#stream.writableEnded) return true;
    exchange.bytesSent += chunk.length;
    exchange.bodyBytesSent += chunk.length;
    return this.#stream.write(chunk);
  }

  end(exchange: HttpExchange): void {
    if (!this.#stream.writableEnded) this.#stream.end();
    this.#over(exchange);
  }

  /**
   * The answer is given. What the client still sends of its body is of no use, and it is told so: flow control would let
   * it wait for ever. Source: ngx_http_v2_close_stream.
   */
  #over(exchange: HttpExchange): void {
    exchange.finish();
    const stream = this.#stream;
    if (stream.readableEnded) return;
    stream.resume();
    if (stream.endAfterHeaders) return;
    const stop = (): void => {
      // What is written goes first.
      setImmediate(() => {
        if (!stream.readableEnded && !stream.destroyed) stream.close(onDemand.http2.constants.NGHTTP2_NO_ERROR);
      });
    };
    if (stream.writableFinished) stop();
    else stream.once('finish', stop);
  }

  abort(exchange: HttpExchange): void {
    exchange.finish();
    const { NGHTTP2_PROTOCOL_ERROR, NGHTTP2_INTERNAL_ERROR } = onDemand.http2.constants;
    this.#stream.close(exchange.status === 444 ? NGHTTP2_PROTOCOL_ERROR : NGHTTP2_INTERNAL_ERROR);
  }

  upgrade(): Socket {
    throw new Error('HTTP/2 has no upgrade');
  }

  #respond(exchange: HttpExchange, endStream: boolean): boolean {
    if (this.#stream.destroyed || this.#stream.headersSent) return false;
    const { status } = exchange;
    const headers: Record<string, string | number | string[]> = { ':status': status };
    headers.server = exchange.serverHeader ?? (exchange.core.serverTokens === 'off' ? PRODUCT : SERVER);
    headers.date = exchange.dateHeader ?? clock.httpDate;
    if (exchange.contentType !== undefined && status !== 204) headers['content-type'] = exchange.contentType;
    if (exchange.contentLength !== undefined && status !== 204) {
      headers['content-length'] = exchange.contentLength;
    }
    if (exchange.lastModified !== undefined) headers['last-modified'] = exchange.lastModified.toUTCString();
    const list = exchange.responseHeaders;
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i]!.toLowerCase();
      if (CONNECTION_HEADERS.has(name)) continue;
      const known = headers[name];
      const value = list[i + 1]!;
      if (known === undefined) headers[name] = value;
      else if (Array.isArray(known)) known.push(value);
      else headers[name] = [String(known), value];
    }
    const { trailers } = exchange;
    if (trailers !== undefined && !endStream) {
      this.#stream.on('wantTrailers', () => {
        const fields: Record<string, string> = {};
        const list = trailers();
        for (let i = 0; i < list.length; i += 2) fields[list[i]!.toLowerCase()] = list[i + 1]!;
        this.#stream.sendTrailers(fields);
      });
    }
    this.#stream.respond(headers, { endStream, waitForTrailers: trailers !== undefined && !endStream });
    return true;
  }
}
