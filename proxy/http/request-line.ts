import { validHost } from './host-name.ts';
import type { RequestHead } from './request-head.ts';
import { parseRequestUri } from './request-uri.ts';

/** Refused: the status to answer with, and nginx's words for the error log. */
interface LineError {
  readonly status: 400 | 505;
  readonly reason: string;
}

const METHOD: LineError = { status: 400, reason: 'client sent invalid method' };
const REQUEST: LineError = { status: 400, reason: 'client sent invalid request' };
const VERSION: LineError = { status: 505, reason: 'client sent invalid version' };
const HOST: LineError = { status: 400, reason: 'client sent invalid host in request line' };
const OLD_METHOD: LineError = { status: 400, reason: 'client sent invalid method in HTTP/0.9 request' };

/** Methods that are looked for without a regular expression. */
const COMMON_METHODS = ['GET', 'POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'];
const VERSION_1_1 = ' HTTP/1.1';

// What a byte of a target means. 0: a longer look is needed; 1: nothing; 2: a slash; 3: a dot; 4: an escape; 5: the query begins.
const TARGET = new Uint8Array(256).fill(1, 33).fill(0, 127, 128);
TARGET[35] = 0;
TARGET[47] = 2;
TARGET[46] = 3;
TARGET[37] = 4;
TARGET[63] = 5;

/**
 * Reads the request line that nearly every request has: a well-known method, a path that needs no decoding and no
 * tidying, HTTP/1.1. False, with nothing changed, when it is another; then `readRequestLine` finds out what it is.
 */
export function readPlainLine(head: RequestHead, start: number, end: number): boolean {
  const { text } = head;
  const stop = end - VERSION_1_1.length;
  if (stop < start || !text.startsWith(VERSION_1_1, stop)) return false;
  const method = COMMON_METHODS.find((candidate) => text.startsWith(candidate, start));
  if (method === undefined) return false;
  const from = start + method.length + 1;
  if (text.charCodeAt(from - 1) !== 32 || text.charCodeAt(from) !== 47) return false;
  let question = -1;
  let afterSlash = false;
  for (let i = from; i < stop; i++) {
    const kind = TARGET[text.charCodeAt(i)];
    if (kind === 0) return false;
    if (question >= 0) continue;
    if ((afterSlash && (kind === 2 || kind === 3)) || kind === 4) return false;
    if (kind === 5) question = i;
    afterSlash = kind === 2;
  }
  head.method = method;
  head.version = '1.1';
  head.protocol = 'HTTP/1.1';
  head.requestLine = text.slice(start, end);
  head.target = text.slice(from, stop);
  head.uri =
    question < 0
      ? { path: head.target, args: '' }
      : { path: text.slice(from, question), args: text.slice(question + 1, stop) };
  return true;
}

// The parts of a line. Each pattern takes as much as may stand there, from `lastIndex` on; what comes next decides.
const PART = {
  method: /[A-Z_-]*/y,
  spaces: / */y,
  scheme: /[A-Za-z][A-Za-z0-9+.-]*/y,
  /** No user, no underscore. */
  host: /\[[A-Za-z0-9:._~!$&'()*+,;=-]*\]?|[A-Za-z0-9.-]*/y,
  digits: /\d*/y,
  target: /[^\x00-\x20\x7f]*/y,
};

/** Walks through the line. What it says of its place is the truth only while `peek` isn't `undefined`: there the bytes end. */
class Walk {
  readonly #text: string;
  readonly #end: number;
  at: number;

  constructor(text: string, from: number, end: number) {
    this.#text = text;
    this.at = from;
    this.#end = end;
  }

  peek(): string | undefined {
    return this.at < this.#end ? this.#text[this.at] : undefined;
  }

  /** Takes a part, which may be empty. */
  take(part: RegExp): string {
    part.lastIndex = this.at;
    const taken = part.exec(this.#text)?.[0].slice(0, this.#end - this.at) ?? '';
    this.at += taken.length;
    return taken;
  }

  /** Takes these very characters, as far as there are any. False: another character stands among them. */
  literal(characters: string): boolean {
    for (const character of characters) {
      if (this.peek() === undefined) return true;
      if (this.peek() !== character) return false;
      this.at++;
    }
    return true;
  }
}

/**
 * Reads any request line, and refuses at the byte at which nginx does, though the line may not have ended. Takes what it
 * reads into the head. The place behind the line; `undefined`: more bytes are needed. Source: ngx_http_parse_request_line.
 */
export function readRequestLine(
  head: RequestHead,
  start: number,
  end: number,
  mergeSlashes: boolean,
): number | LineError | undefined {
  const walk = new Walk(head.text, start, end);
  const method = walk.take(PART.method);
  if (walk.peek() === undefined) return undefined;
  if (walk.peek() !== ' ' || method === '') return METHOD;
  head.method = method;
  walk.take(PART.spaces);
  const absolute = walk.peek() !== '/';
  const refused = readTarget(head, walk);
  if (refused !== undefined) return refused;
  walk.take(PART.spaces);
  const protocol = walk.at;
  const version = walk.peek() === '\r' || walk.peek() === '\n' ? '0.9' : readVersion(walk);
  if (typeof version !== 'string') return version;
  const lineEnd = walk.at;
  if (walk.peek() === '\r') walk.at++;
  if (walk.peek() === undefined) return undefined;
  if (walk.peek() !== '\n') return REQUEST;
  head.requestLine = head.text.slice(start, lineEnd);
  head.version = version;
  head.protocol = head.text.slice(protocol, lineEnd);
  if (version === '0.9' && method !== 'GET') return OLD_METHOD;
  // `http://host?query` has an empty path.
  head.uri = parseRequestUri(head.target.startsWith('?') ? `/${head.target}` : head.target, mergeSlashes);
  if (head.uri === undefined) return REQUEST;
  if (absolute && validHost(head.authority) === undefined) return HOST;
  return walk.at + 1;
}

/** `http://host:port/path?query`, or what of it there is. */
function readTarget(head: RequestHead, walk: Walk): LineError | undefined {
  if (walk.peek() === undefined) return undefined;
  if (walk.peek() === '/') {
    head.target = walk.take(PART.target);
    return undefined;
  }
  if (walk.take(PART.scheme) === '' || !walk.literal('://')) return REQUEST;
  const host = walk.take(PART.host);
  if (host.startsWith('[') && !host.endsWith(']')) return walk.peek() === undefined ? undefined : REQUEST;
  let port = '';
  if (walk.peek() === ':') {
    walk.at++;
    port = `:${walk.take(PART.digits)}`;
  }
  if (walk.peek() === undefined) return undefined;
  if (walk.peek() !== '/' && walk.peek() !== '?' && walk.peek() !== ' ') return REQUEST;
  head.authority = host + port;
  head.target = walk.take(PART.target) || '/';
  return undefined;
}

/** `HTTP/1.1` and the spaces after it. A major version that is too high is refused at its first digit. */
function readVersion(walk: Walk): '1.0' | '1.1' | LineError | undefined {
  if (!walk.literal('HTTP/')) return REQUEST;
  const major = walk.take(PART.digits);
  if (major.startsWith('0')) return REQUEST;
  if (major !== '' && major !== '1') return VERSION;
  if (walk.peek() === undefined) return undefined;
  if (major === '' || !walk.literal('.')) return REQUEST;
  const minor = walk.take(PART.digits);
  if (Number(minor) > 999) return REQUEST;
  if (walk.peek() === undefined) return undefined;
  if (minor === '') return REQUEST;
  if (walk.take(PART.spaces) !== '' && walk.peek() === undefined) return undefined;
  return walk.peek() === '\r' || walk.peek() === '\n' ? (Number(minor) === 0 ? '1.0' : '1.1') : REQUEST;
}
