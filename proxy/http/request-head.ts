import { fitsOffset } from '../config/index.ts';
import { type HeaderSet, nameIs } from './header-set.ts';
import { validHost } from './host-name.ts';
import { readPlainLine, readRequestLine } from './request-line.ts';
import type { RequestUri } from './request-uri.ts';

/**
 * Reads the head of an HTTP/1.x request from text (bytes as latin1). Header lines stay offsets into that text
 * until somebody asks for them: most requests carry a dozen headers of which nobody looks at more than two.
 * What is accepted and refused is nginx's choice: ngx_http_parse_request_line and ngx_http_parse_header_line.
 */
export interface RequestHead {
  method: string;
  /** Path and query as sent. */
  target: string;
  requestLine: string;
  version: '0.9' | '1.0' | '1.1';
  /** The version as sent, `HTTP/1.1`; '' in HTTP/0.9. */
  protocol: string;
  /** The target decoded and tidied; `undefined` when nobody has done that yet. */
  uri: RequestUri | undefined;
  /** Authority of an absolute-form target, '' otherwise. */
  authority: string;
  /** What the offsets point into. */
  text: string;
  /** Four numbers a header: start and end of the name, start and end of the value. */
  offsets: number[];
  /** Where the body starts in the text. */
  end: number;
  host: string | undefined;
  contentLength: number | undefined;
  chunked: boolean;
  /** Transfer-Encoding as sent. */
  coding: string | undefined;
  /** Which of the headers that may stand once have been seen. */
  once: number;
  /** The Connection header's wish. */
  connection: 'close' | 'keep-alive' | undefined;
  expectContinue: boolean;
}

/** Refused: the status to answer with (494: nginx's own for an oversized header), and nginx's words for the error log. */
export interface HeadError {
  readonly status: number;
  readonly reason: string;
  /** What was being read. */
  readonly part: 'line' | 'headers';
  /** The head as far as it was read. */
  readonly head: RequestHead;
}

export interface HeadLimits {
  /** `client_header_buffer_size` in bytes: what is read into first. */
  readonly firstBufferSize: number;
  /** `large_client_header_buffers`: how many, of how many bytes. */
  readonly bufferCount: number;
  readonly bufferSize: number;
  /** `max_headers`; lines that are ignored don't count. */
  readonly maxHeaders: number;
  readonly mergeSlashes: boolean;
  readonly ignoreInvalidHeaders: boolean;
  readonly underscoresInHeaders: boolean;
}

export const DEFAULT_HEAD_LIMITS: HeadLimits = {
  firstBufferSize: 1024,
  bufferCount: 4,
  bufferSize: 8192,
  maxHeaders: 1000,
  mergeSlashes: true,
  ignoreInvalidHeaders: true,
  underscoresInHeaders: false,
};

// 1: may stand in a header name; 2: an underscore; 3: ends the request with 400; 0: makes the header invalid, to be ignored.
const NAME = new Uint8Array(256);
for (let code = 0; code < 256; code++) {
  if (/[A-Za-z0-9-]/.test(String.fromCharCode(code))) NAME[code] = 1;
  else if (code === 95) NAME[code] = 2;
  else if (code <= 32 || code === 127) NAME[code] = 3;
}

/** What a header line may be before its end has come: more of it may follow. Source: ngx_http_parse_header_line. */
const UNFINISHED_LINE = /^(?:[^\x00-\x20\x7f:]+(?:\r*|:[^\0\r\n]*\r*)|\r?)$/;

export function emptyHead(): RequestHead {
  return {
    method: '',
    target: '',
    requestLine: '',
    version: '1.0',
    protocol: '',
    uri: undefined,
    authority: '',
    text: '',
    offsets: [],
    end: 0,
    host: undefined,
    contentLength: undefined,
    chunked: false,
    coding: undefined,
    once: 0,
    connection: undefined,
    expectContinue: false,
  };
}

/** Parses the head that begins at `from`. `undefined`: more bytes are needed. */
export function parseRequestHead(text: string, from: number, limits: HeadLimits): RequestHead | HeadError | undefined {
  let at = from;
  // Empty lines before a request are forgiven (RFC 9112, 2.2).
  while (at < text.length && (text.charCodeAt(at) === 13 || text.charCodeAt(at) === 10)) at++;
  const head = emptyHead();
  head.text = text;
  const lineFeed = text.indexOf('\n', at);
  const lineEnd = text.charCodeAt(lineFeed - 1) === 13 ? lineFeed - 1 : lineFeed;
  if (lineFeed - at < limits.bufferSize && readPlainLine(head, at, lineEnd)) {
    at = lineFeed + 1;
  } else {
    const read = readRequestLine(head, at, Math.min(text.length, at + limits.bufferSize), limits.mergeSlashes);
    if (read === undefined && text.length - at < limits.bufferSize) return undefined;
    if (typeof read !== 'number') {
      // The log shows as much of the line as there is.
      head.requestLine ||= /^[^\r\n]*/.exec(text.slice(at, at + limits.bufferSize))![0];
      return { status: read?.status ?? 414, reason: read?.reason ?? 'client sent too long URI', part: 'line', head };
    }
    at = read;
  }
  if (head.version === '0.9') {
    head.end = at;
    return head;
  }

  // Looked for once: most heads have none, and each line would search to the end.
  const nul = text.indexOf('\0', at);
  const buffers = new HeaderBuffers(limits, from, at);
  for (;;) {
    const lineFeed = text.indexOf('\n', at);
    const end = lineFeed < 0 ? text.length : lineFeed + 1;
    const full = end > buffers.end ? buffers.overflow(at, end) : undefined;
    if (lineFeed < 0 || full !== undefined) {
      if (!UNFINISHED_LINE.test(text.slice(at, buffers.end)))
        return refused(head, 400, 'client sent invalid header line');
      return full === undefined ? undefined : refused(head, 494, full);
    }
    const first = text.charCodeAt(at);
    if (first === 10 || (first === 13 && lineFeed === at + 1)) {
      head.end = end;
      break;
    }
    const problem = readHeaderLine(head, at, lineFeed, nul, limits);
    if (problem === INVALID) return refused(head, 400, 'client sent invalid header line');
    if (problem !== undefined) return refused(head, problem.status, problem.reason);
    at = end;
  }
  const reason = checkFraming(head);
  return reason === undefined ? head : refused(head, reason[0], reason[1]);
}

/** Something is wrong with the headers. A function of its own: as a closure it would cost each request that is in order. */
function refused(head: RequestHead, status: number, reason: string): HeadError {
  // A name that came before what is wrong now was judged before it.
  if (head.host !== undefined && validHost(head.host) === undefined) {
    return { status: 400, reason: 'client sent invalid host header', part: 'headers', head };
  }
  return { status, reason, part: 'headers', head };
}

/** What is known of a head that won't come to its end, and which part of it was being read. */
export function unfinishedHead(text: string, limits: HeadLimits): { head: RequestHead; part: 'line' | 'headers' } {
  const parsed = text.includes('\n') ? parseRequestHead(`${text}\r\n\r\n`, 0, limits) : undefined;
  if (parsed !== undefined) return { head: 'head' in parsed ? parsed.head : parsed, part: 'headers' };
  return { head: { ...emptyHead(), requestLine: text }, part: 'line' };
}

/**
 * The buffers nginx would read this head into. A line that a buffer has no room for moves to the next one whole, so what
 * a client may send isn't a matter of bytes alone. Source: ngx_http_alloc_large_header_buffer.
 */
class HeaderBuffers {
  readonly #limits: HeadLimits;
  #used = 0;
  /** Where in the text the buffer in use ends. */
  end: number;

  /** The request line, from `from` to `to`, is in. */
  constructor(limits: HeadLimits, from: number, to: number) {
    this.#limits = limits;
    this.end = from + limits.firstBufferSize;
    if (to > this.end) this.overflow(from, to);
  }

  /** Takes as many buffers as a line needs that doesn't fit. nginx's reason when there are none left, or none is large enough. */
  overflow(start: number, end: number): string | undefined {
    while (end > this.end) {
      if (this.end - start >= this.#limits.bufferSize) return 'client sent too long header line';
      if (this.#used === this.#limits.bufferCount) return 'client sent too large request';
      this.#used++;
      this.end = Math.min(start, this.end) + this.#limits.bufferSize;
    }
    return undefined;
  }
}

const INVALID = { status: 400, reason: '' };

function readHeaderLine(
  head: RequestHead,
  start: number,
  lineFeed: number,
  nul: number,
  limits: HeadLimits,
): { status: number; reason: string } | undefined {
  const { text } = head;
  let nameEnd = start;
  let valid = true;
  for (; nameEnd < lineFeed; nameEnd++) {
    const code = text.charCodeAt(nameEnd);
    if (code === 58) break;
    const kind = NAME[code]!;
    if (kind === 1) continue;
    if (kind === 2) {
      if (!limits.underscoresInHeaders) valid = false;
    } else if (kind === 3) {
      // A line without a colon is taken as a header with an empty value.
      if (code === 13) break;
      return INVALID;
    } else {
      valid = false;
    }
  }
  if (nameEnd === start) return INVALID;
  let valueStart = nameEnd + 1;
  let valueEnd = text.charCodeAt(lineFeed - 1) === 13 ? lineFeed - 1 : lineFeed;
  while (valueStart < valueEnd && text.charCodeAt(valueStart) === 32) valueStart++;
  while (valueEnd > valueStart && text.charCodeAt(valueEnd - 1) === 32) valueEnd--;
  if (valueStart > valueEnd) valueStart = valueEnd;
  const carriageReturn = text.indexOf('\r', nameEnd);
  if (nul >= 0 && nul < lineFeed) return INVALID;
  if (carriageReturn >= 0 && carriageReturn < lineFeed - 1) {
    // Several before the line feed are forgiven.
    if (!/^\r+$/.test(text.slice(carriageReturn, lineFeed))) return INVALID;
    valueEnd = carriageReturn;
    while (valueEnd > valueStart && text.charCodeAt(valueEnd - 1) === 32) valueEnd--;
  }
  if (!valid && limits.ignoreInvalidHeaders) return undefined;
  if (head.offsets.length >= limits.maxHeaders * PLACES) return TOO_MANY;
  head.offsets.push(start, nameEnd, valueStart, valueEnd);
  return noteHeader(head, start, nameEnd, valueStart, valueEnd);
}

/** Takes note of the headers that the codec itself obeys. The length decides whether a closer look is worth it. */
function noteHeader(
  head: RequestHead,
  start: number,
  nameEnd: number,
  valueStart: number,
  valueEnd: number,
): { status: number; reason: string } | undefined {
  const { text } = head;
  const value = (): string => text.slice(valueStart, valueEnd);
  switch (nameEnd - start) {
    case 4:
      if (!nameIs(text, start, 'host')) return undefined;
      if (head.host !== undefined) return duplicate(head, 'host header');
      head.host = value();
      return undefined;
    case 6:
      if (!nameIs(text, start, 'expect')) return undefined;
      if (isRepeated(head, 1)) return duplicate(head);
      if (value().toLowerCase() === '100-continue') head.expectContinue = true;
      return undefined;
    case 10:
      if (!nameIs(text, start, 'connection')) return undefined;
      {
        const wish = value().toLowerCase();
        if (wish.includes('close')) head.connection = 'close';
        else if (wish.includes('keep-alive')) head.connection = 'keep-alive';
      }
      return undefined;
    case 14: {
      if (!nameIs(text, start, 'content-length')) return undefined;
      if (head.contentLength !== undefined) return duplicate(head);
      head.contentLength = lengthOf(value());
      return undefined;
    }
    case 17:
      if (nameIs(text, start, 'if-modified-since')) return isRepeated(head, 2) ? duplicate(head) : undefined;
      if (!nameIs(text, start, 'transfer-encoding')) return undefined;
      if (head.coding !== undefined) return duplicate(head);
      head.coding = value();
      head.chunked = head.coding.toLowerCase() === 'chunked';
      return undefined;
    case 8:
      if (nameIs(text, start, 'if-match')) return isRepeated(head, 4) ? duplicate(head) : undefined;
      return nameIs(text, start, 'if-range') && isRepeated(head, 8) ? duplicate(head) : undefined;
    case 13:
      if (nameIs(text, start, 'if-none-match')) return isRepeated(head, 16) ? duplicate(head) : undefined;
      if (nameIs(text, start, 'authorization')) return isRepeated(head, 32) ? duplicate(head) : undefined;
      return nameIs(text, start, 'content-range') && isRepeated(head, 128) ? duplicate(head) : undefined;
    case 19:
      return nameIs(text, start, 'if-unmodified-since') && isRepeated(head, 64) ? duplicate(head) : undefined;
    default:
      return undefined;
  }
}

/** Numbers in `offsets` for each header. */
const PLACES = 4;
const TOO_MANY = { status: 494, reason: 'client sent too many header lines' };
/** NaN when it is none. */
function lengthOf(text: string): number {
  return /^\d+$/.test(text) && fitsOffset(text) ? Number(text) : Number.NaN;
}

/** Whether the header of this bit was seen before; it has been now. */
function isRepeated(head: RequestHead, bit: number): boolean {
  const repeated = (head.once & bit) !== 0;
  head.once |= bit;
  return repeated;
}

/** The error of a header that may stand once, when the last one that was read repeats an earlier one. Source: ngx_http_process_unique_header_line. */
function duplicate({ text, offsets }: RequestHead, what = 'header line'): { status: number; reason: string } {
  const line = (at: number): string =>
    `${text.slice(offsets[at], offsets[at + 1])}: ${text.slice(offsets[at + 2], offsets[at + 3])}`;
  const last = offsets.length - PLACES;
  const name = text.slice(offsets[last], offsets[last + 1]).toLowerCase();
  let earlier = 0;
  while (text.slice(offsets[earlier], offsets[earlier + 1]).toLowerCase() !== name) earlier += PLACES;
  return { status: 400, reason: `client sent duplicate ${what}: "${line(last)}", previous value: "${line(earlier)}"` };
}

function checkFraming(head: RequestHead): [number, string] | undefined {
  if (head.host === undefined && head.version === '1.1') {
    return [400, 'client sent HTTP/1.1 request without "Host" header'];
  }
  if (Number.isNaN(head.contentLength)) return [400, 'client sent invalid "Content-Length" header'];
  if (head.coding === undefined) return undefined;
  if (head.version === '1.0') return [400, 'client sent HTTP/1.0 request with "Transfer-Encoding" header'];
  if (!head.chunked) return [501, `client sent unknown "Transfer-Encoding": "${head.coding}"`];
  return head.contentLength === undefined
    ? undefined
    : [400, 'client sent "Content-Length" and "Transfer-Encoding" headers at the same time'];
}

/** The value of a header by lower-case name, the first of several but for those that go together; `undefined` when absent. Source: ngx_http_headers_in. */
export function headerOf(head: RequestHead, name: string): string | undefined {
  const { text, offsets } = head;
  const between = name === 'cookie' ? '; ' : name === 'x-forwarded-for' ? ', ' : undefined;
  let found: string | undefined;
  for (let i = 0; i < offsets.length; i += 4) {
    const start = offsets[i]!;
    if (offsets[i + 1]! - start !== name.length || !nameIs(text, start, name)) continue;
    const value = text.slice(offsets[i + 2], offsets[i + 3]);
    if (between === undefined) return value;
    found = found === undefined ? value : `${found}${between}${value}`;
  }
  return found;
}

/** All headers as sent: name, value, name, value ... */
export function allHeaders(head: RequestHead): string[] {
  const { text, offsets } = head;
  const list: string[] = [];
  for (let i = 0; i < offsets.length; i += 4) {
    list.push(text.slice(offsets[i], offsets[i + 1]), text.slice(offsets[i + 2], offsets[i + 3]));
  }
  return list;
}

/**
 * The headers whose names aren't in `dropped`, as lines to be passed on: `Name: value` and the line's end. Lines that are
 * written so already, as nearly all are, stay pieces of the text, and those that follow each other are one.
 */
export function linesWithout(head: RequestHead, dropped: HeaderSet): string {
  const { text, offsets } = head;
  let lines = '';
  let from = 0;
  let to = 0;
  for (let i = 0; i < offsets.length; i += 4) {
    const start = offsets[i]!;
    const nameEnd = offsets[i + 1]!;
    if (dropped.at(text, start, nameEnd) !== undefined) continue;
    const valueEnd = offsets[i + 3]!;
    const tidy = offsets[i + 2] === nameEnd + 2 && text.startsWith('\r\n', valueEnd);
    if (tidy && start === to) {
      to = valueEnd + 2;
      continue;
    }
    lines += text.slice(from, to);
    from = start;
    to = tidy ? valueEnd + 2 : start;
    if (!tidy) lines += `${text.slice(start, nameEnd)}: ${text.slice(offsets[i + 2], valueEnd)}\r\n`;
  }
  return lines + text.slice(from, to);
}
