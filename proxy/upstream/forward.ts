import type { Exchange } from '../http/exchange.ts';
import type { TraceStep } from '../http/trace/trace.ts';
import { AnswerPipe } from './answer-pipe.ts';
import { Attempts } from './attempts.ts';
import type { Client, Selection } from './balancer.ts';
import { balancerTime } from './balancer-time.ts';
import { type ConnectionUser, UpstreamConnection } from './connection.ts';
import {
  bindFailure,
  connectErrorLevel,
  connectFailure,
  handshakeFailure,
  NEXT,
  nextStatus,
  statusOfFailure,
  systemError,
} from './failure.ts';
import type { ForwardRequest, ForwardSettings } from './forward-request.ts';
import { type LocalAddress, localAddressFor } from './local-address.ts';
import type { Peer } from './peer.ts';
import type { AnswerReader } from './protocols/protocol.ts';
import { readerFor } from './response-body.ts';
import { HeadReader, type ResponseHead } from './response-head.ts';
import { SharedSelection } from './shared-selection.ts';
import { Tunnel } from './tunnel.ts';

const METHODS_NOT_REPEATED = new Set(['POST', 'LOCK', 'PATCH']);
/** Answers up to this many bytes that arrive in one read are passed on in one write. */
const ONE_PIECE = 32768;

const PASS = { names: ['proxy_pass', 'fastcgi_pass', 'uwsgi_pass'] };

function upstreamStep({ upstream, scheme, uri, head }: ForwardRequest, { protocol }: ForwardSettings): TraceStep {
  const says = `is sent on to ${scheme}://${upstream.name}${uri}`;
  // What isn't HTTP is no text.
  const request = protocol === undefined ? head.trimEnd().split('\r\n') : undefined;
  return { step: 'upstream', says, upstream: upstream.name, uri, ...(request && { request }) };
}

/**
 * One request on its way through one upstream: connects, sends, retries, passes the answer on. It is the user of its
 * connection and holds no promise and no stream. Source: ngx_http_upstream.c.
 */
export class Forwarding implements ConnectionUser {
  readonly #exchange: Exchange;
  readonly #settings: ForwardSettings;
  readonly #request: ForwardRequest;
  readonly #selection: Selection | SharedSelection;
  #attempts: Attempts | undefined;
  #startedAt = 0;
  #connection: UpstreamConnection | undefined;
  #peer: Peer | undefined;
  /** The connection was kept from an earlier request. */
  #cached = false;
  #requestSent = false;
  #bodySent = false;
  #attemptAt = 0;
  #answer: AnswerReader;
  #head: ResponseHead | undefined;
  /** The body on its way to the client, unless it came with the head. */
  #pipe: AnswerPipe | undefined;
  #done = false;
  /** Where connections come from. */
  #from: LocalAddress | undefined;

  constructor(exchange: Exchange, settings: ForwardSettings, request: ForwardRequest) {
    this.#exchange = exchange;
    this.#settings = settings;
    this.#request = request;
    this.#answer = this.#newAnswer();
    const { upstream } = request;
    const client: Client = {
      remoteAddress: exchange.connection.remoteAddress,
      key: () => upstream.key?.(exchange) ?? '',
    };
    const shared = upstream.zone !== undefined && exchange.zones.shared;
    this.#selection = shared ? new SharedSelection(exchange.zones, upstream, client) : upstream.balancer.select(client);
    const { nextUpstreamTries } = settings;
    if (nextUpstreamTries > 0 && this.#selection.tries > nextUpstreamTries) this.#selection.tries = nextUpstreamTries;
    // An internal redirect has brought the request to another upstream.
    this.#attempts = exchange.upstream as Attempts | undefined;
    this.#attempts?.redirects.push(this.#attempts.addresses.length);
  }

  /** Makes the first attempt. */
  start(): void {
    const { bind } = this.#settings;
    if (bind !== undefined) this.#from = localAddressFor(this.#exchange, bind);
    this.#exchange.trace?.tell(upstreamStep(this.#request, this.#settings), PASS);
    if (!this.#settings.ignoreClientAbort) this.#exchange.onAbort = () => this.#clientGone();
    this.#connect();
  }

  #connect(): void {
    const now = performance.now();
    this.#attemptAt = now;
    if (this.#startedAt === 0) this.#startedAt = now;
    const peer = this.#selection.get(balancerTime(), this);
    if (peer !== 'later') this.#connectTo(peer, now);
  }

  /** Another process has chosen. */
  onPeer(peer: Peer | undefined): void {
    if (!this.#done) this.#connectTo(peer, performance.now());
    else if (peer !== undefined) this.#selection.free(peer, 'ok', balancerTime());
  }

  #connectTo(peer: Peer | undefined, now: number): void {
    const { upstream, tls, scheme, uri } = this.#request;
    this.#peer = peer;
    const address = peer?.address.text ?? upstream.name;
    if (this.#attempts === undefined) {
      this.#attempts = new Attempts(address, scheme, uri);
      this.#exchange.upstream = this.#attempts;
    } else {
      this.#attempts.add(address, scheme, uri);
    }
    if (peer === undefined) {
      this.#exchange.logError('error', 'no live upstreams while connecting to upstream');
      this.#attemptEnded(502);
      this.#fail(502, NEXT.error);
      return;
    }
    const kept = upstream.pool.take(peer.address.text, tls);
    this.#cached = kept !== undefined;
    if (kept !== undefined) {
      this.#connection = kept;
      kept.user = this;
      this.#send(kept, now);
      return;
    }
    const connection = new UpstreamConnection(peer.address, tls, this, this.#from);
    if (this.#settings.socketKeepalive) connection.socket.setKeepAlive(true);
    this.#connection = connection;
    connection.wait(this.#settings.connectTimeout);
  }

  onConnect(): void {
    const connection = this.#connection;
    if (connection !== undefined) this.#send(connection, performance.now());
  }

  #send(connection: UpstreamConnection, now: number): void {
    const { head, body } = this.#request;
    this.#attempts!.connected((now - this.#attemptAt) / 1000);
    connection.requests++;
    this.#requestSent = true;
    this.#bodySent = false;
    const { whole } = body;
    this.#attempts!.bytesSent = head.length + (whole?.length ?? 0);
    if (whole !== undefined) {
      this.#bodySent = true;
      const flushed =
        whole.length === 0
          ? connection.socket.write(head, 'latin1')
          : connection.socket.write(Buffer.concat([Buffer.from(head, 'latin1'), whole]));
      connection.wait(flushed ? this.#settings.readTimeout : this.#settings.sendTimeout, now);
      return;
    }
    // A client that is slow to send its body has its own limit.
    connection.wait(this.#request.streamed ? 0 : this.#settings.sendTimeout);
    const before = connection.socket.bytesWritten;
    connection.socket.write(head, 'latin1');
    body.send(
      connection,
      () => {
        this.#bodySent = true;
        this.#attempts!.bytesSent = connection.socket.bytesWritten - before;
        if (this.#connection === connection && this.#head === undefined) connection.wait(this.#settings.readTimeout);
      },
      (status) => this.#bodyFailed(status),
      () => connection.wait(this.#settings.sendTimeout),
    );
  }

  /** Each attempt has its own. */
  #newAnswer(): AnswerReader {
    const { protocol } = this.#settings;
    return protocol === undefined
      ? new HeadReader()
      : protocol.reader((level, message) => this.#logWhile(level, message));
  }

  onDrain(): void {
    this.#request.body.onDrain();
    if (this.#head === undefined) {
      const { readTimeout, sendTimeout } = this.#settings;
      this.#connection?.wait(this.#bodySent ? readTimeout : this.#request.streamed ? 0 : sendTimeout);
    }
  }

  onBytes(bytes: Buffer, end: number): boolean {
    this.#attempts!.bytesReceived += end;
    if (this.#head !== undefined) return this.#takeBody(bytes, 0, end);
    const head = this.#answer.read(bytes, end, this.#settings.bufferSize);
    if (head === undefined) return true;
    if (!('problem' in head)) return this.#takeHead(head, bytes, this.#answer.bodyStart, end);
    if (head.problem !== '') this.#logWhile('error', head.problem);
    this.#next(NEXT.invalid_header);
    return true;
  }

  #takeHead(head: ResponseHead, bytes: Buffer, start: number, end: number): boolean {
    const exchange = this.#exchange;
    const attempts = this.#attempts!;
    const retry = nextStatus(head.status);
    if (retry !== 0 && this.#selection.tries > 1 && this.#mayRetry(retry)) {
      attempts.answered(head.status);
      this.#next(retry);
      return true;
    }
    this.#head = head;
    const now = performance.now();
    attempts.head = head;
    attempts.answered(head.status);
    attempts.headCame((now - this.#attemptAt) / 1000);
    if (head.status === 101 && this.#answer.body === undefined) {
      this.#upgrade(head, bytes, start, end);
      return true;
    }
    const { keeper, headOnly } = this.#request;
    if (keeper?.answered(head)) {
      this.#discard();
      return true;
    }
    const body = this.#answer.body?.(head, exchange.method);
    const bodyless = body === undefined && (headOnly || head.status === 204 || head.status === 304);
    const { text } = this.#answer;
    if (!this.#settings.takeHead(exchange, head)) {
      // Answered otherwise (error_page, X-Accel-Redirect): the upstream's body is of no use.
      keeper?.intercepted(head);
      this.#discard();
      return true;
    }
    keeper?.begin(head, text);
    if (exchange.headerOnly && !bodyless && keeper?.keeps !== true) {
      this.#discard();
      exchange.sendHead();
      exchange.end();
      return true;
    }
    attempts.headLength = attempts.bytesReceived - (end - start);
    const length = body === undefined ? head.contentLength : undefined;
    if (!bodyless && length !== undefined && length === end - start && length <= ONE_PIECE && length > 0) {
      keeper?.write(bytes.subarray(start, end));
      this.#release(true, now);
      keeper?.complete();
      // What is text already goes on as text; more of it would cost a copy in each direction.
      exchange.respond(text.length - head.end === length ? text.slice(head.end) : bytes.subarray(start, end));
      return true;
    }
    if (bodyless && start === end) {
      this.#release(true);
      keeper?.complete();
      exchange.sendHead();
      exchange.end();
      return true;
    }
    const reader = body ?? readerFor(head, bodyless);
    this.#pipe = new AnswerPipe(exchange, this.#settings, head, reader, keeper, () => this.#readOn());
    exchange.sendHead();
    return this.#takeBody(bytes, start, end);
  }

  #takeBody(bytes: Buffer, start: number, end: number): boolean {
    const pipe = this.#pipe;
    const connection = this.#connection;
    if (pipe === undefined || connection === undefined) return true;
    const ready = pipe.take(bytes, start, end);
    if (this.#done) return true;
    const { complete, broken, surplus, problem, reusable = true } = pipe.reader;
    if (broken) {
      this.#logWhile('error', problem ?? 'upstream sent invalid chunked response');
      this.#cutShort();
      return true;
    }
    if (complete) {
      if (surplus) this.#logWhile('warn', 'upstream sent more data than specified in "Content-Length" header');
      this.#release(!surplus && reusable);
      this.#request.keeper?.complete();
      pipe.end();
      return true;
    }
    connection.wait(ready ? this.#settings.readTimeout : 0);
    return ready;
  }

  /** There is room again for what the upstream sends. */
  #readOn(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    connection.wait(this.#settings.readTimeout);
    connection.socket.resume();
  }

  #upgrade(head: ResponseHead, bytes: Buffer, start: number, end: number): void {
    const exchange = this.#exchange;
    const connection = this.#connection!;
    if (!this.#settings.takeHead(exchange, head)) {
      this.#discard();
      return;
    }
    exchange.onAbort = undefined;
    exchange.sendHead();
    const client = exchange.upgrade();
    const peer = this.#peer;
    this.#connection = undefined;
    const tunnel = new Tunnel(connection, client, this.#settings.readTimeout, () => {
      this.#attemptEnded(101);
      if (peer !== undefined) this.#selection.free(peer, 'ok', balancerTime());
      this.#peer = undefined;
      this.#done = true;
      exchange.end();
    });
    if (end > start) tunnel.onBytes(bytes.subarray(start), end - start);
  }

  onEnd(): void {
    if (this.#done || this.#connection === undefined) return;
    if (!this.#connection.connected) {
      this.#logWhile('error', 'connect() failed (104: Connection reset by peer)');
      this.#next(NEXT.error);
    } else if (this.#head === undefined) {
      this.#logWhile('error', 'upstream prematurely closed connection');
      this.#next(NEXT.error);
    } else if (this.#pipe?.reader.untilClose) {
      this.#release(false);
      this.#request.keeper?.complete();
      this.#pipe.end();
    } else {
      this.#logWhile('error', 'upstream prematurely closed connection');
      this.#cutShort();
    }
  }

  onError(error: NodeJS.ErrnoException): void {
    const connection = this.#connection;
    if (this.#done || connection === undefined) return;
    if (!connection.connected) {
      if (this.#request.tls !== undefined && error.syscall !== 'connect') {
        this.#exchange.logError('error', handshakeFailure(error));
      } else if (error.syscall === 'bind') {
        this.#exchange.logError('crit', bindFailure(error));
        this.#connection = undefined;
        this.#attempts!.notMade();
        this.#attemptEnded(500);
        this.#fail(500, NEXT.error);
        return;
      } else {
        this.#exchange.logError(connectErrorLevel(error), connectFailure(error, connection.address.path));
      }
      this.#next(NEXT.error);
      return;
    }
    const call = error.syscall === 'write' ? 'writev()' : 'recv()';
    this.#logWhile('error', `${call} failed (${systemError(error)})`);
    if (this.#head === undefined) this.#next(NEXT.error);
    else this.#cutShort();
  }

  onTimeout(): void {
    if (this.#done) return;
    this.#logWhile('error', 'upstream timed out (110: Connection timed out)');
    if (this.#head === undefined) this.#next(NEXT.timeout);
    else this.#cutShort();
  }

  #logWhile(level: 'error' | 'warn' | 'info', message: string): void {
    const doing = !this.#connection?.connected
      ? 'connecting to upstream'
      : this.#head !== undefined
        ? 'reading upstream'
        : this.#bodySent
          ? 'reading response header from upstream'
          : 'sending request to upstream';
    this.#exchange.logError(level, `${message} while ${doing}`);
  }

  #mayRetry(kind: number): boolean {
    const { nextUpstream, nextUpstreamTimeout } = this.#settings;
    const repeats = this.#requestSent && METHODS_NOT_REPEATED.has(this.#exchange.method);
    const mask = repeats ? kind | NEXT.non_idempotent : kind;
    if ((nextUpstream & mask) !== mask) return false;
    if (this.#requestSent && this.#request.streamed) return false;
    return nextUpstreamTimeout === 0 || performance.now() - this.#startedAt < nextUpstreamTimeout;
  }

  /** An attempt failed: another server, or the end. Source: ngx_http_upstream_next. */
  #next(kind: number): void {
    const selection = this.#selection;
    if (this.#peer !== undefined) {
      const gentle = kind === NEXT.http_403 || kind === NEXT.http_404;
      const rests = selection.free(this.#peer, gentle ? 'next' : 'failed', balancerTime());
      if (rests) this.#logWhile('warn', 'upstream server temporarily disabled');
      this.#peer = undefined;
    }
    // A kept connection may have been closed meanwhile: that says nothing about the server.
    if (this.#cached && kind === NEXT.error) selection.tries++;
    this.#connection?.destroy();
    this.#connection = undefined;
    const status = statusOfFailure(kind);
    this.#attemptEnded(status);
    if (selection.tries === 0 || !this.#mayRetry(kind)) {
      this.#fail(status, kind);
      return;
    }
    this.#answer = this.#newAnswer();
    this.#head = undefined;
    this.#connect();
  }

  /** Books the end of an attempt. */
  #attemptEnded(status: number, now = performance.now()): void {
    this.#attempts?.ended(status, (now - this.#attemptAt) / 1000);
  }

  /** Lets go of the connection after a complete answer; keeps it when both sides may use it again. */
  #release(reusable: boolean, now = performance.now()): void {
    const connection = this.#connection;
    const head = this.#head;
    this.#connection = undefined;
    this.#done = true;
    this.#exchange.onAbort = undefined;
    this.#exchange.onDrain = undefined;
    this.#attemptEnded(head?.status ?? 502, now);
    if (this.#peer !== undefined) this.#selection.free(this.#peer, 'ok', balancerTime());
    this.#peer = undefined;
    this.#request.body.close();
    if (connection === undefined) return;
    if (reusable && this.#bodySent && head !== undefined && !head.close)
      this.#request.upstream.pool.give(connection, now);
    else connection.destroy();
  }

  #discard(): void {
    if (!this.#done) this.#release(false);
  }

  #fail(status: number, kind: number): void {
    this.#done = true;
    const { body, keeper } = this.#request;
    body.close();
    this.#exchange.onAbort = undefined;
    if (keeper?.failed(kind)) return;
    keeper?.failedWith(status);
    this.#exchange.fail(status);
  }

  /** The answer can't be completed: the client learns it from the end of its connection. */
  #cutShort(): void {
    this.#release(false);
    this.#request.keeper?.broken();
    (this.#pipe ?? this.#exchange).abort();
  }

  #bodyFailed(status: number): void {
    if (this.#done) return;
    if (this.#attempts?.statuses.at(-1) === -1) this.#attempts.answered(0);
    this.#release(false);
    this.#request.keeper?.broken();
    if (this.#exchange.headSent) this.#exchange.abort();
    else this.#exchange.fail(status);
  }

  #clientGone(): void {
    if (this.#done) return;
    const { keeper } = this.#request;
    if (keeper?.keeps) {
      this.#pipe?.clientGone();
      return;
    }
    keeper?.broken();
    this.#logWhile('info', 'client prematurely closed connection, so upstream connection is closed too');
    if (this.#attempts?.statuses.at(-1) === -1) this.#attempts.answered(0);
    this.#release(false);
    this.#pipe?.close();
  }
}
