import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { readAccepted } from './accepted-socket.ts';
import { AnswerWriter } from './answer-writer.ts';
import type { Connections } from './connections.ts';
import type { Waiting } from './deadlines.ts';
import type { ClientConnection } from './exchange.ts';
import { HttpExchange } from './http-exchange.ts';
import { type BodySource, IncomingBody } from './incoming-body.ts';
import type { KeptAnswer } from './kept-answer.ts';
import type { Service } from './phases.ts';
import { emptyHead, type HeadError, type HeadLimits, parseRequestHead, type RequestHead } from './request-head.ts';
import { HostChoice } from './request-host.ts';
import { needsChunks, responseHead } from './response-head.ts';
import type { Transport } from './transport.ts';

/** Bytes of requests that may wait while one is being answered. */
const MOST_PIPELINED = 65536;
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const LAST_CHUNK = '0\r\n\r\n';
const LINGERING_TIME = 30_000;
/** The body of all requests that have none. */
const NO_BODY = new IncomingBody(0, { bodyWanted() {}, bodyFull() {}, bodyTooLarge() {} });

const TIMED_OUT = 'client timed out (110: Connection timed out)';

type Wait = 'none' | 'head' | 'idle' | 'body' | 'send' | 'linger';

/**
 * One client's connection speaking HTTP/1.x: reads heads and bodies, one request after the other, and writes the
 * answers. It is the transport of its exchanges. The common path holds no promise, no stream and no timer of its own.
 */
export class HttpConnection implements Transport, ClientConnection, BodySource, Waiting {
  readonly socket: Socket;
  readonly secure: boolean;
  readonly tls: TLSSocket | undefined;
  readonly number: number;
  requests = 0;
  deadline = 0;
  readonly #service: Service;
  readonly #shared: Connections;
  readonly #limits: HeadLimits;
  readonly #since: number;
  #waitsFor: Wait = 'none';
  /** What has arrived and isn't understood yet, bytes as latin1. */
  #text = '';
  #exchange: HttpExchange | undefined;
  #body: IncomingBody | undefined;
  #expectContinue = false;
  #chunked = false;
  readonly #writer: AnswerWriter;
  readonly #hosts = new HostChoice();
  #parsing = false;
  #paused = false;
  #closing = false;
  #upgraded = false;
  #peerEnded = false;
  #remoteAddress: string | undefined;

  constructor(accepted: Socket, service: Service, shared: Connections, secure: boolean) {
    this.#service = service;
    this.#shared = shared;
    this.number = ++shared.count;
    this.secure = secure;
    this.tls = secure ? (accepted as TLSSocket) : undefined;
    const { core } = service.hosts.defaultServer;
    this.#limits = {
      bufferCount: core.largeClientHeaderBuffers.number,
      bufferSize: core.largeClientHeaderBuffers.size,
      ignoreInvalidHeaders: core.ignoreInvalidHeaders,
      underscoresInHeaders: core.underscoresInHeaders,
    };
    this.#since = performance.now();
    this.#wait('head', core.clientHeaderTimeout);
    this.socket = readAccepted(accepted, (bytes) => this.receive(bytes));
    this.#writer = new AnswerWriter(this.socket, shared.assembly);
    this.socket.on('end', () => this.#ended());
    this.socket.on('error', () => this.#gone());
    this.socket.on('close', () => this.#gone());
    this.socket.on('drain', () => this.#drained());
    shared.open.add(this);
    shared.deadlines.add(this);
  }

  get doing(): 'reading' | 'writing' | 'waiting' {
    if (this.#exchange !== undefined) return 'writing';
    return this.#text === '' ? 'waiting' : 'reading';
  }

  get remoteAddress(): string {
    this.#remoteAddress ??= this.socket.remoteAddress ?? (this.#service.hosts.text.startsWith('unix:') ? 'unix:' : '');
    return this.#remoteAddress;
  }

  get remotePort(): number {
    return this.socket.remotePort ?? 0;
  }

  get localAddress(): string {
    const { text } = this.#service.hosts;
    return this.socket.localAddress ?? (text.startsWith('unix:') ? text : '');
  }

  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  /**
   * Closes now if the client only keeps the connection, and after the answer otherwise. Someone who has just come, or is
   * in the middle of a request, gets an answer first, as from nginx.
   */
  quit(): void {
    if (this.#exchange !== undefined) this.#exchange.keepAlive = false;
    else if (this.requests > 0 && this.#text === '') this.#close();
  }

  /** Takes bytes from the socket; the buffer isn't kept. */
  receive(bytes: Buffer): void {
    if (this.#upgraded) {
      this.socket.emit('data', Buffer.from(bytes));
      return;
    }
    if (this.#closing) return;
    let rest = bytes;
    const body = this.#body;
    if (body !== undefined && !body.complete && !body.broken) {
      const taken = body.receive(bytes);
      this.#bodyMoved(body);
      if (taken === bytes.length || this.#closing) return;
      rest = bytes.subarray(taken);
    }
    this.#text = this.#text === '' ? rest.toString('latin1') : this.#text + rest.toString('latin1');
    if (this.#exchange === undefined) this.#parse();
    else if (this.#text.length > MOST_PIPELINED) this.#pause();
  }

  /** Reads as many requests from the text as can be answered now. */
  #parse(): void {
    if (this.#parsing) return;
    this.#parsing = true;
    while (this.#exchange === undefined && this.#text !== '' && !this.#closing) {
      if (this.socket.writableNeedDrain) break;
      const head = parseRequestHead(this.#text, 0, this.#limits);
      if (head === undefined) {
        if (this.#waitsFor !== 'head') this.#wait('head', this.#service.hosts.defaultServer.core.clientHeaderTimeout);
        break;
      }
      if ('status' in head) this.#refuse(head);
      else this.#begin(head);
    }
    this.#parsing = false;
    if (this.#peerEnded && this.#exchange === undefined && !this.socket.writableNeedDrain) this.#close();
  }

  #begin(head: RequestHead): void {
    const rest = this.#text.length === head.end ? '' : this.#text.slice(head.end);
    const length = head.chunked ? undefined : (head.contentLength ?? 0);
    const body = length === 0 ? NO_BODY : new IncomingBody(length, this);
    const exchange = new HttpExchange(head, head.version, body, this, this.#service, this);
    this.requests++;
    this.#wait('none', 0);
    this.#exchange = exchange;
    this.#body = body;
    this.#text = rest;
    this.#expectContinue = head.expectContinue && head.version === '1.1' && !body.complete;
    exchange.keepAlive =
      head.version === '1.1' ? head.connection !== 'close' : head.version === '1.0' && head.connection === 'keep-alive';
    const problem = this.#hosts.chooseServer(exchange);
    if (problem !== undefined || head.method === 'TRACE' || head.method === 'CONNECT') {
      exchange.keepAlive = false;
      if (problem !== undefined) exchange.logError('info', `${problem} while reading client request headers`);
      exchange.fail(problem === undefined ? 405 : 400);
      return;
    }
    if (this.#service.hosts.ssl && !this.secure) {
      exchange.keepAlive = false;
      exchange.logError('info', 'client sent plain HTTP request to HTTPS port while reading client request headers');
      exchange.fail(497);
      return;
    }
    if (rest !== '' && !body.complete) {
      const bytes = Buffer.from(rest, 'latin1');
      this.#expectContinue = false;
      const taken = body.receive(bytes);
      this.#text = taken === rest.length ? '' : rest.slice(taken);
      if (body.broken) {
        exchange.keepAlive = false;
        exchange.fail(body.errorStatus);
        return;
      }
    }
    this.#service.phases.begin(exchange);
  }

  /** Answers a head that can't be understood, and closes. */
  #refuse({ status, reason, head }: HeadError): void {
    const body = NO_BODY;
    const exchange = new HttpExchange(head, head.version, body, this, this.#service, this);
    this.requests++;
    this.#wait('none', 0);
    this.#exchange = exchange;
    this.#body = body;
    this.#text = '';
    exchange.host = this.#service.hosts.defaultServer.core.name;
    exchange.logError(
      'info',
      `${reason} while reading client request ${head.target === '' && head.text !== '' ? 'line' : 'headers'}`,
    );
    exchange.fail(status);
  }

  // The transport

  respond(exchange: HttpExchange, body: Buffer | string, kept?: KeptAnswer): void {
    this.#settle(exchange);
    const ready = kept !== undefined && exchange.keepAlive ? kept.bytesFor(exchange, headOf) : undefined;
    exchange.bodyBytesSent += body.length;
    if (ready !== undefined) {
      exchange.bytesSent += ready.length;
      this.#writer.ready(ready);
    } else {
      const head = this.#head(exchange);
      exchange.bytesSent += head.length + body.length;
      this.#writer.whole(head, body);
    }
    this.#answered(exchange);
  }

  sendHead(exchange: HttpExchange): void {
    this.#settle(exchange);
    const head = this.#head(exchange);
    if (head === '') return;
    exchange.bytesSent += head.length;
    this.#writer.head(head);
  }

  write(exchange: HttpExchange, chunk: Buffer): boolean {
    exchange.bytesSent += chunk.length;
    exchange.bodyBytesSent += chunk.length;
    let ready: boolean;
    if (this.#chunked) {
      const size = `${chunk.length.toString(16)}\r\n`;
      exchange.bytesSent += size.length + 2;
      ready = this.#writer.chunk(size, chunk);
    } else {
      ready = this.#writer.piece(chunk);
    }
    if (!ready) this.#wait('send', exchange.core.sendTimeout);
    return ready;
  }

  end(exchange: HttpExchange): void {
    if (this.#exchange !== exchange) return;
    if (this.#chunked) {
      const last = exchange.trailers === undefined ? LAST_CHUNK : lastChunkWith(exchange.trailers());
      exchange.bytesSent += last.length;
      this.#writer.end(last);
    } else {
      // Fewer bytes than announced: the client must not take the next answer for the rest.
      if (
        !exchange.headerOnly &&
        exchange.contentLength !== undefined &&
        exchange.bodyBytesSent < exchange.contentLength
      ) {
        exchange.keepAlive = false;
      }
      this.#writer.end('');
    }
    this.#answered(exchange);
  }

  abort(exchange: HttpExchange): void {
    this.#writer.flush();
    exchange.keepAlive = false;
    this.#exchange = undefined;
    exchange.finish();
    this.#closing = true;
    this.socket.destroySoon();
  }

  upgrade(exchange: HttpExchange): Socket {
    this.#writer.flush();
    this.#upgraded = true;
    this.#wait('none', 0);
    this.#resume();
    if (this.#text !== '') {
      const early = Buffer.from(this.#text, 'latin1');
      this.#text = '';
      process.nextTick(() => this.socket.emit('data', early));
    }
    void exchange;
    return this.socket;
  }

  /** Settles the framing of an answer, and whether the connection stays. */
  #settle(exchange: HttpExchange): void {
    const { core } = exchange;
    this.#chunked = needsChunks(exchange);
    if (this.#expectContinue) {
      this.#expectContinue = false;
      // The body that the client holds back is read (and thrown away) after a good answer, as in nginx; after a bad
      // one nobody knows whether it will come.
      if (exchange.status < 300) this.socket.write(CONTINUE, 'latin1');
      else exchange.keepAlive = false;
    }
    if (
      exchange.keepAlive &&
      (core.keepaliveTimeout === 0 ||
        this.requests >= core.keepaliveRequests ||
        this.#shared.quitting ||
        this.#body?.broken === true ||
        (exchange.contentLength === undefined && !this.#chunked && !exchange.headerOnly) ||
        exchange.startedAt - this.#since > core.keepaliveTime)
    ) {
      exchange.keepAlive = false;
    }
  }

  #head(exchange: HttpExchange): string {
    return exchange.httpVersion === '0.9' ? '' : responseHead(exchange, this.#chunked);
  }

  /** The whole answer is with the socket: on to the next request, or to the end of the connection. */
  #answered(exchange: HttpExchange): void {
    exchange.finish();
    if (this.#exchange !== exchange) return;
    const body = this.#body!;
    if (!body.complete && !body.broken) {
      if (exchange.keepAlive) {
        body.discard();
        if (!body.complete) {
          this.#wait('body', exchange.core.lingeringTimeout);
          return;
        }
      } else {
        this.#linger(exchange.core.lingeringTimeout);
        return;
      }
    }
    this.#next(exchange);
  }

  #next(exchange: HttpExchange): void {
    const body = this.#body;
    this.#exchange = undefined;
    this.#body = undefined;
    if (!exchange.keepAlive || body?.broken === true) {
      this.#close();
      return;
    }
    if (this.socket.writableLength > 0) this.#wait('send', exchange.core.sendTimeout);
    else this.#wait('idle', exchange.core.keepaliveTimeout);
    if (this.#paused) this.#resume();
    if (this.#text !== '') this.#parse();
    else if (this.#peerEnded) this.#close();
  }

  /** Closes after what was written has been sent. */
  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#exchange = undefined;
    this.#wait('send', 60_000);
    this.socket.destroySoon();
  }

  /** Closes so that the client reads the answer, although it is still sending: RFC 9112, 9.6. */
  #linger(timeout: number): void {
    this.#exchange = undefined;
    this.#closing = true;
    this.#wait('linger', Math.min(timeout, LINGERING_TIME));
    this.socket.end();
    this.#resume();
  }

  // The body's source

  bodyWanted(): void {
    if (this.#expectContinue) {
      this.#expectContinue = false;
      this.socket.write(CONTINUE, 'latin1');
    }
    if (this.#exchange !== undefined) this.#wait('body', this.#exchange.core.clientBodyTimeout);
    this.#resume();
  }

  bodyTooLarge(received: number): void {
    this.#exchange?.logError('error', `client intended to send too large chunked body: 0+${received} bytes`);
  }

  bodyFull(): void {
    this.#pause();
  }

  /** Bytes of the body came. */
  #bodyMoved(body: IncomingBody): void {
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    if (body.broken) {
      exchange.keepAlive = false;
      if (exchange.finished) this.#close();
      return;
    }
    if (exchange.finished) {
      if (body.complete) this.#next(exchange);
      else this.#wait('body', exchange.core.lingeringTimeout);
    } else if (body.complete) {
      if (this.#waitsFor === 'body') this.#wait('none', 0);
    } else if (body.wanted) {
      this.#wait('body', exchange.core.clientBodyTimeout);
    } else if (this.#waitsFor === 'body') {
      this.#wait('none', 0);
    }
  }

  #pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.socket.pause();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }

  // The socket's events

  #drained(): void {
    if (this.#waitsFor === 'send' && !this.#closing) this.#wait('none', 0);
    if (this.#exchange !== undefined) {
      this.#exchange.drained();
    } else if (!this.#closing) {
      this.#wait('idle', this.#idleTime());
      this.#parse();
    }
  }

  #idleTime(): number {
    const { hosts, phases } = this.#service;
    return phases.planAt(hosts.defaultServer.configurations).core.keepaliveTimeout;
  }

  /** The client sends nothing more. */
  #ended(): void {
    this.#peerEnded = true;
    if (this.#upgraded) return;
    const exchange = this.#exchange;
    if (exchange === undefined) {
      if (this.#text !== '') this.#unfinished(400, 'client prematurely closed connection');
      this.#closing = true;
      this.socket.destroySoon();
    } else if (this.#body !== undefined && !this.#body.complete) {
      exchange.keepAlive = false;
      if (exchange.finished) {
        this.#close();
        return;
      }
      exchange.unheard = true;
      this.#body.fail(400);
      if (exchange.finished || exchange.headSent) return;
      exchange.clientGone();
      this.#close();
    } else if (exchange.onAbort !== undefined) {
      // As nginx: a client that closes while an upstream works on its request is gone.
      exchange.clientGone();
      this.#close();
    }
  }

  #gone(): void {
    if (!this.#shared.open.delete(this)) return;
    this.#shared.requestsBefore += this.requests;
    this.#shared.deadlines.delete(this);
    this.deadline = 0;
    this.#closing = true;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined && !exchange.finished) exchange.clientGone();
    if (!this.socket.destroyed) this.socket.destroy();
  }

  // Waits

  #wait(what: Wait, milliseconds: number): void {
    this.#waitsFor = what;
    this.deadline = what === 'none' || milliseconds <= 0 ? 0 : performance.now() + milliseconds;
  }

  deadlinePassed(): void {
    const exchange = this.#exchange;
    switch (this.#waitsFor) {
      case 'body':
        if (exchange !== undefined && !exchange.finished) {
          exchange.keepAlive = false;
          exchange.unheard = true;
          this.#body?.fail(408);
          if (!exchange.finished && !exchange.headSent) exchange.fail(408);
          return;
        }
        this.socket.destroy();
        return;
      case 'head':
        this.#unfinished(408, TIMED_OUT);
        return;
      case 'send':
        exchange?.logError('info', `${TIMED_OUT} while sending response to client`);
        this.socket.destroy();
        return;
      default:
        this.socket.destroy();
    }
  }

  /** A head that won't come to its end is logged as far as it came, and gets no answer. */
  #unfinished(status: number, reason: string): void {
    const text = this.#text.replace(/^[\r\n]+/, '');
    if (text === '') {
      this.#service.logConnection('info', this.number, this.remoteAddress, `${reason} while waiting for request`);
      this.socket.destroy();
      return;
    }
    const parsed = text.includes('\n') ? parseRequestHead(`${text}\r\n\r\n`, 0, this.#limits) : undefined;
    const known = parsed === undefined ? emptyHead() : 'head' in parsed ? parsed.head : parsed;
    if (parsed === undefined) known.requestLine = text;
    const exchange = new HttpExchange(known, known.version, NO_BODY, this, this.#service, this);
    exchange.unheard = true;
    exchange.host = this.#service.hosts.defaultServer.core.name;
    exchange.uri = known.target.replace(/\?.*$/, '');
    exchange.logError('info', `${reason} while reading client request ${parsed === undefined ? 'line' : 'headers'}`);
    this.#text = '';
    this.#exchange = exchange;
    exchange.fail(status);
  }
}

/** The head of an answer whose length is known. */
function headOf(exchange: HttpExchange): string {
  return responseHead(exchange, false);
}

function lastChunkWith(trailers: readonly string[]): string {
  let text = '0\r\n';
  for (let i = 0; i < trailers.length; i += 2) text += `${trailers[i]}: ${trailers[i + 1]}\r\n`;
  return `${text}\r\n`;
}
