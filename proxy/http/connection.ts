import type { Socket } from 'node:net';
import { AcceptedConnection } from './accepted-connection.ts';
import { unsentBytes } from './accepted-socket.ts';
import type { CoreLocation } from './configuration.ts';
import type { Connections } from './connections.ts';
import type { Waiting } from './deadlines.ts';
import { readDirectly } from './direct-reading.ts';
import { HttpExchange } from './http-exchange.ts';
import { type AnsweredConnection, Http1Transport } from './http1-transport.ts';
import { type BodySource, IncomingBody } from './incoming-body.ts';
import type { Service } from './phases.ts';
import type { ProxyHeader } from './proxy-protocol.ts';
import { type HeadError, type HeadLimits, parseRequestHead, type RequestHead, unfinishedHead } from './request-head.ts';
import { HostChoice, serverBeforeHost } from './request-host.ts';

/** Bytes of requests that may wait while one is being answered. */
const MOST_PIPELINED = 65536;
const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
/** The body of all requests that have none. */
const NO_BODY = new IncomingBody(0, {
  bodyRead() {},
  bodyWanted() {},
  bodyFull() {},
  bodyTooLarge() {},
  bodyInvalid() {},
});

const TIMED_OUT = 'client timed out (110: Connection timed out)';

type Wait = 'none' | 'head' | 'idle' | 'body' | 'send' | 'linger';

/**
 * One client's connection speaking HTTP/1.x: reads heads and bodies, one request after the other; the answers
 * go out by its transport. The common path holds no promise, no stream and no timer of its own.
 */
export class HttpConnection extends AcceptedConnection implements AnsweredConnection, BodySource, Waiting {
  readonly socket: Socket;
  deadline = 0;
  readonly #service: Service;
  readonly #shared: Connections;
  readonly #limits: HeadLimits;
  /** When the rest of a body that nobody wants must have come (performance.now); 0 while there is none. */
  #lingerUntil = 0;
  #lingeringTimeout = 0;
  #waitsFor: Wait = 'none';
  /** While something is being sent: bytes that were left at the last look (-1: there was none), and milliseconds for the next of them. */
  #unsent = 0;
  #sendTimeout = 0;
  /** What has arrived and isn't understood yet, bytes as latin1. */
  #text = '';
  #exchange: HttpExchange | undefined;
  #body: IncomingBody | undefined;
  #expectContinue = false;
  readonly #transport: Http1Transport;
  readonly #hosts = new HostChoice();
  #parsing = false;
  #paused = false;
  #closing = false;
  #upgraded = false;
  /** Whether the socket has a 'data' event for each read. */
  readonly #emitsData: boolean;
  #peerEnded = false;

  constructor(accepted: Socket, service: Service, shared: Connections, secure: boolean, proxyHeader?: ProxyHeader) {
    super(accepted, ++shared.count, secure, service.hosts.text, proxyHeader);
    this.#service = service;
    this.#shared = shared;
    const { core } = serverBeforeHost(service.hosts, this.tls);
    this.#limits = {
      firstBufferSize: core.clientHeaderBufferSize,
      bufferCount: core.largeClientHeaderBuffers.number,
      bufferSize: core.largeClientHeaderBuffers.size,
      maxHeaders: core.maxHeaders,
      mergeSlashes: core.mergeSlashes,
      ignoreInvalidHeaders: core.ignoreInvalidHeaders,
      underscoresInHeaders: core.underscoresInHeaders,
    };
    this.#wait('head', core.clientHeaderTimeout);
    this.socket = accepted;
    const take = (bytes: Buffer): void => this.receive(bytes);
    this.#emitsData = !readDirectly(accepted, take);
    if (this.#emitsData) accepted.on('data', take);
    this.#transport = new Http1Transport(this.socket, secure ? undefined : shared.assembly, this);
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
      // A socket that is read in the plain way has told whoever has it now already.
      if (!this.#emitsData) this.socket.emit('data', Buffer.from(bytes));
      return;
    }
    if (this.#closing) {
      if (this.#waitsFor === 'linger') this.#lingerOn();
      return;
    }
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
    const exchange = new HttpExchange(head, head.version, body, this, this.#service, this.#transport);
    this.requests++;
    this.#wait('none', 0);
    this.#exchange = exchange;
    this.#body = body;
    this.#text = rest;
    this.#expectContinue = head.expectContinue && head.version === '1.1' && !body.complete;
    exchange.keepAlive =
      head.version === '1.1' ? head.connection !== 'close' : head.version === '1.0' && head.connection === 'keep-alive';
    const problem = this.#hosts.chooseServer(exchange);
    if (exchange.finished) return;
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
      const taken = body.receive(bytes);
      this.#text = taken === rest.length ? '' : rest.slice(taken);
      // What is wrong with it matters to whoever has to do with it.
      if (body.broken) exchange.keepAlive = false;
    }
    this.#service.phases.begin(exchange);
  }

  /** Answers a head that can't be understood, and closes. */
  #refuse({ status, reason, part, head }: HeadError): void {
    const body = NO_BODY;
    const exchange = new HttpExchange(head, head.version, body, this, this.#service, this.#transport);
    this.requests++;
    this.#wait('none', 0);
    this.#exchange = exchange;
    this.#body = body;
    this.#text = '';
    exchange.host = this.#service.hosts.defaultServer.core.name;
    exchange.logError('info', `${reason} while reading client request ${part}`);
    exchange.fail(status);
  }

  // What the transport tells of answers

  answerBegins(exchange: HttpExchange, delimited: boolean): void {
    if (this.#expectContinue) {
      this.#expectContinue = false;
      // The body that the client holds back is read (and thrown away) after a good answer, as in nginx; after a bad
      // one nobody knows whether it will come.
      if (exchange.status < 300) this.socket.write(CONTINUE, 'latin1');
      else if (!this.#body!.complete) exchange.keepAlive = false;
    }
    const { core } = exchange;
    if (
      exchange.keepAlive &&
      (!delimited ||
        core.keepaliveTimeout === 0 ||
        this.requests >= core.keepaliveRequests ||
        this.#shared.quitting ||
        this.#body?.broken === true ||
        exchange.startedAt - this.since > core.keepaliveTime)
    ) {
      exchange.keepAlive = false;
    }
  }

  answerBlocked(exchange: HttpExchange): void {
    this.#wait('send', exchange.core.sendTimeout);
  }

  answerAborted(exchange: HttpExchange): void {
    exchange.keepAlive = false;
    this.#exchange = undefined;
    exchange.finish();
    this.#closing = true;
    this.socket.destroySoon();
  }

  handOver(): Socket {
    this.#upgraded = true;
    this.#wait('none', 0);
    this.#resume();
    if (this.#text !== '') {
      const early = Buffer.from(this.#text, 'latin1');
      this.#text = '';
      process.nextTick(() => this.socket.emit('data', early));
    }
    return this.socket;
  }

  /** The whole answer is with the socket: on to the next request, or to the end of the connection. */
  answerComplete(exchange: HttpExchange): void {
    exchange.finish();
    if (this.#exchange !== exchange) return;
    const body = this.#body!;
    if (!body.complete && !body.broken) {
      if (exchange.keepAlive) {
        body.discard();
        if (!body.complete) {
          this.#waitForRest(exchange.core);
          return;
        }
      } else if (exchange.core.lingeringClose !== 'off') {
        this.#linger(exchange.core);
        return;
      }
    }
    this.#next(exchange);
  }

  #next(exchange: HttpExchange): void {
    const body = this.#body;
    this.#exchange = undefined;
    this.#body = undefined;
    this.#lingerUntil = 0;
    this.pipelined = this.#text !== '';
    if (!exchange.keepAlive || body?.broken === true) {
      const { lingeringClose } = exchange.core;
      const more = this.#text !== '' && body?.broken !== true;
      if (lingeringClose === 'always' || (lingeringClose === 'on' && more)) this.#linger(exchange.core);
      else this.#close();
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
  #linger(core: CoreLocation): void {
    this.#exchange = undefined;
    this.#closing = true;
    this.#lingeringTimeout = core.lingeringTimeout;
    this.#lingerUntil = performance.now() + core.lingeringTime;
    this.#lingerOn();
    this.socket.end();
    this.#resume();
  }

  /** Each time the client sends something it gets time for more, but not for ever. */
  #lingerOn(): void {
    this.#wait('linger', Math.max(1, Math.min(this.#lingeringTimeout, this.#lingerUntil - performance.now())));
  }

  /** What is left of a body after the answer is thrown away, so that the next request can be read. */
  #waitForRest({ lingeringTimeout, lingeringTime }: CoreLocation): void {
    const now = performance.now();
    if (this.#lingerUntil === 0) this.#lingerUntil = now + lingeringTime;
    this.#wait('body', Math.max(1, Math.min(lingeringTimeout, this.#lingerUntil - now)));
  }

  // The body's source

  bodyRead(): void {
    if (!this.#expectContinue) return;
    this.#expectContinue = false;
    this.socket.write(CONTINUE, 'latin1');
  }

  bodyWanted(): void {
    if (this.#exchange !== undefined) this.#wait('body', this.#exchange.core.clientBodyTimeout);
    this.#resume();
  }

  bodyTooLarge(before: number, size: number): void {
    this.#exchange?.logError('error', `client intended to send too large chunked body: ${before}+${size} bytes`);
  }

  bodyInvalid(): void {
    this.#exchange?.logError('error', 'client sent invalid chunked body');
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
      else this.#waitForRest(exchange.core);
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
    if (what !== 'send' || this.deadline === 0) return;
    // What is written goes to the kernel at the end of this turn; the first look, soon after, finds out what is left.
    this.#sendTimeout = milliseconds;
    this.#unsent = -1;
    this.deadline = performance.now();
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
        if (this.#sendsStill()) return;
        exchange?.logError('info', `${TIMED_OUT} while sending response to client`);
        this.socket.destroy();
        return;
      default:
        this.socket.destroy();
    }
  }

  /** Whether the client has taken any of what it was sent since the last look; then it gets as much time again. */
  #sendsStill(): boolean {
    const unsent = unsentBytes(this.socket);
    if (this.#unsent >= 0 && unsent >= this.#unsent) return false;
    this.#unsent = unsent;
    this.deadline = performance.now() + this.#sendTimeout;
    return true;
  }

  /** A head that won't come to its end is logged as far as it came, and gets no answer. */
  #unfinished(status: number, reason: string): void {
    const text = this.#text.replace(/^[\r\n]+/, '');
    if (text === '') {
      this.#service.logConnection('info', this.number, this.remoteAddress, `${reason} while waiting for request`);
      this.socket.destroy();
      return;
    }
    const { head: known, part } = unfinishedHead(text, this.#limits);
    const exchange = new HttpExchange(known, known.version, NO_BODY, this, this.#service, this.#transport);
    exchange.unheard = true;
    exchange.host = this.#service.hosts.defaultServer.core.name;
    exchange.uri = known.target.replace(/\?.*$/, '');
    exchange.logError('info', `${reason} while reading client request ${part}`);
    this.#text = '';
    this.#exchange = exchange;
    exchange.fail(status);
  }
}
