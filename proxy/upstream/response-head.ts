import { nameIs } from '../http/header-set.ts';

/**
 * Reads the head of an upstream's HTTP/1.x response from text (bytes as latin1). Header lines stay where they are in that
 * text until somebody asks for them: most are passed on as they came, many at a time.
 * Source: ngx_http_parse_status_line, ngx_http_parse_header_line.
 */
export class ResponseHead {
  status = 200;
  /** The words after the status, '' when there are none; `undefined` for the usual ones. */
  reason: string | undefined = undefined;
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  minor = 1;
  contentLength: number | undefined = undefined;
  chunked = false;
  /** The upstream says it will close. */
  close = false;
  /** There is a header that begins with `X-Accel-`: words to this server. */
  commands = false;
  /** Where the body begins in the text. */
  end = 0;
  readonly text: string;
  /** Start and end of each name, as long as all lines are `Name: value` and the line's end, and follow each other. */
  readonly #names: number[] = [];
  #list: string[] | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** name, value, name, value ... as sent. */
  get headers(): readonly string[] {
    this.#list ??= this.#listUpTo(this.end - 2);
    return this.#list;
  }

  /** The same, when the lines aren't written in the usual way or somebody has asked for it before; see `names`. */
  get listed(): readonly string[] | undefined {
    return this.#list;
  }

  /** Start and end of each name in the text; the value begins two letters after the name and ends two before the next name. Only when nothing is `listed`. */
  get names(): readonly number[] {
    return this.#names;
  }

  /** A line: name from `start` to `nameEnd`, value from `from` to `stop`, the line feed at `lineFeed`. */
  add(start: number, nameEnd: number, from: number, stop: number, lineFeed: number): void {
    const tidy = from === nameEnd + 2 && stop === lineFeed - 1;
    if (this.#list === undefined) {
      if (tidy) {
        this.#names.push(start, nameEnd);
        return;
      }
      this.untidy(start);
    }
    this.#list!.push(this.text.slice(start, nameEnd), this.text.slice(from, stop));
  }

  /** What stands at `start` is no header line of the usual kind. */
  untidy(start: number): void {
    this.#list ??= this.#listUpTo(start);
  }

  #listUpTo(end: number): string[] {
    const { text } = this;
    const names = this.#names;
    const list: string[] = [];
    for (let i = 0; i < names.length; i += 2) {
      const nameEnd = names[i + 1]!;
      list.push(text.slice(names[i], nameEnd), text.slice(nameEnd + 2, (names[i + 2] ?? end) - 2));
    }
    return list;
  }
}

/** Why a head can't be used, in nginx's words. */
export interface InvalidHead {
  readonly problem: string;
}

const STATUS_LINE = /^HTTP\/1\.(\d) +(\d{3})(?: ([^\r\n]*))?\r?$/;
/** What most answers begin with. */
const USUAL = 'HTTP/1.1 200 OK\r\n';

export const TOO_BIG: InvalidHead = { problem: 'upstream sent too big header' };

/** Gathers the head of an answer from as many reads as it takes, past the interim ones before it. */
export class HeadReader {
  /** What has come of the head, bytes as latin1; may go on into the body. */
  text = '';
  /** Where the body begins in the bytes of the last read. */
  bodyStart = 0;

  /** Takes what came in one read; `undefined` while the head isn't complete. It is no longer than `most` bytes. */
  read(bytes: Buffer, end: number, most: number): ResponseHead | InvalidHead | undefined {
    for (let from = 0; ; ) {
      const before = this.text.length;
      // What follows the longest head possible stays bytes.
      const part = bytes.toString('latin1', from, Math.min(end, from + most));
      this.text = before === 0 ? part : this.text + part;
      const head = before === 0 ? readResponseHead(part, bytes, from) : readResponseHead(this.text);
      if (head === undefined) return this.text.length < most ? undefined : TOO_BIG;
      if ('problem' in head) return head;
      if (head.end > most) return TOO_BIG;
      from += head.end - before;
      this.bodyStart = from;
      if (head.status >= 200 || head.status === 101) return head;
      this.text = '';
      if (from === end) return undefined;
    }
  }
}

/** The head at the beginning of `text`; `undefined` when its end hasn't arrived yet. Quicker with the bytes, where the same begins at `base`. */
export function readResponseHead(text: string, bytes?: Buffer, base = 0): ResponseHead | InvalidHead | undefined {
  const lineEnd = text.indexOf('\n');
  if (lineEnd < 0) return text.length < 9 || text.startsWith('HTTP/') ? undefined : { problem: NOT_HTTP };
  const head = new ResponseHead(text);
  if (text.startsWith(USUAL)) head.reason = 'OK';
  else if (!readStatusLine(head, text.slice(0, lineEnd))) return { problem: NOT_HTTP };
  if (bytes === undefined) return readFields(head, lineEnd + 1, false);
  const at = readUsualLines(head, bytes, base, lineEnd + 1);
  if (typeof at !== 'number') return at;
  return head.end > 0 ? head : readFields(head, at, false);
}

/**
 * Reads header lines as nearly all are written, `Name: value` and CR LF, each in one pass over its bytes: letters of a text
 * cost three times as much, and each search in it as much as a line. Returns where the first line begins that is written
 * otherwise, and sets the head's end when it comes to it.
 */
function readUsualLines(head: ResponseHead, bytes: Buffer, base: number, start: number): number | InvalidHead {
  const { text } = head;
  const last = base + text.length - 1;
  for (let at = base + start; ; ) {
    let code = 0;
    let colon = at;
    for (; colon < last; colon++) {
      code = bytes[colon]!;
      if (code === COLON || code <= SPACE || code === DELETE) break;
    }
    if (code !== COLON || colon === at) {
      if (code === CR && colon === at && bytes[at + 1] === LF) head.end = at + 2 - base;
      return at - base;
    }
    let stop = colon + 1;
    for (; stop < last; stop++) {
      code = bytes[stop]!;
      if (code <= CR && (code === CR || code === LF || code === 0)) break;
    }
    const tidy = stop < last && code === CR && bytes[stop + 1] === LF;
    if (
      !tidy ||
      stop < colon + 3 ||
      bytes[colon + 1] !== SPACE ||
      bytes[colon + 2] === SPACE ||
      bytes[stop - 1] === SPACE
    )
      return at - base;
    if (bytes[at + 1] === DASH && nameIs(text, at - base, 'x-accel-')) head.commands = true;
    const problem = noteHeader(head, at - base, colon - base, colon + 2 - base, stop - base);
    if (problem !== undefined) return { problem };
    head.add(at - base, colon - base, colon + 2 - base, stop - base, stop + 1 - base);
    at = stop + 2;
  }
}

const CR = 13;
const LF = 10;
const SPACE = 32;
const DASH = 45;
const COLON = 58;
const DELETE = 127;

/** Reads the header lines from `start` on into the head; `undefined` when their end hasn't arrived yet. What they say of the body is left to the caller when `lenient`. */
export function readFields(
  head: ResponseHead,
  start: number,
  lenient: boolean,
): ResponseHead | InvalidHead | undefined {
  const { text } = head;
  // Looked for once: most heads have none, and each line would search to the end.
  const nul = text.indexOf('\0', start);
  let at = start;
  for (;;) {
    const lineFeed = text.indexOf('\n', at);
    if (lineFeed < 0) return undefined;
    const lineStop = text.charCodeAt(lineFeed - 1) === 13 ? lineFeed - 1 : lineFeed;
    if (lineStop === at) {
      head.end = lineFeed + 1;
      return head;
    }
    const colon = endOfName(text, at, lineStop);
    if (colon < 0) {
      if (!text.startsWith('HTTP/', at)) return invalid(text, at, ~colon);
      // Some servers write a status line among the headers: it is passed over.
      head.untidy(at);
      at = lineFeed + 1;
      continue;
    }
    let from = Math.min(colon + 1, lineStop);
    let stop = lineStop;
    while (from < stop && text.charCodeAt(from) === 32) from++;
    while (stop > from && text.charCodeAt(stop - 1) === 32) stop--;
    const carriageReturn = text.indexOf('\r', colon);
    if (carriageReturn >= 0 && carriageReturn < lineStop) return invalid(text, at, carriageReturn);
    if (nul >= 0 && nul < lineFeed) return invalid(text, at, nul);
    if (text.startsWith('-', at + 1) && nameIs(text, at, 'x-accel-')) head.commands = true;
    const problem = lenient ? undefined : noteHeader(head, at, colon, from, stop);
    if (problem !== undefined) return { problem };
    head.add(at, colon, from, stop, lineFeed);
    at = lineFeed + 1;
  }
}

/** Reads the first line of an answer; false when it is none of HTTP. */
export function readStatusLine(head: ResponseHead, line: string): boolean {
  const match = STATUS_LINE.exec(line);
  if (match === null) return false;
  head.status = Number(match[2]);
  head.reason = match[3] ?? '';
  head.minor = Number(match[1]);
  head.close = match[1] === '0';
  return true;
}

/** Where the colon after a name is; `stop` when there is none: such a header has no value. `~i` when what is at `i` can't be part of a name. */
function endOfName(text: string, start: number, stop: number): number {
  for (let i = start; i < stop; i++) {
    const code = text.charCodeAt(i);
    if (code === 58) return i === start ? ~i : i;
    if (code <= 32 || code === 127) return ~i;
  }
  return stop;
}

/** The line that began at `start` can't be read from `at` on. */
function invalid(text: string, start: number, at: number): InvalidHead {
  const code = text.charCodeAt(at).toString(16).padStart(2, '0');
  return { problem: `upstream sent invalid header: "${text.slice(start, at)}\\x${code}..."` };
}

const NOT_HTTP = 'upstream sent no valid HTTP/1.0 header';

/** Takes note of framing. The length of the name decides whether a closer look is worth it. */
function noteHeader(
  head: ResponseHead,
  start: number,
  nameEnd: number,
  from: number,
  stop: number,
): string | undefined {
  const { text } = head;
  switch (nameEnd - start) {
    case 10:
      if (!nameIs(text, start, 'connection') || (stop - from === 10 && nameIs(text, from, 'keep-alive')))
        return undefined;
      if (/\bclose\b/i.test(text.slice(from, stop))) head.close = true;
      return undefined;
    case 14: {
      if (!nameIs(text, start, 'content-length')) return undefined;
      const line = (): string => `"${text.slice(start, nameEnd)}: ${text.slice(from, stop)}"`;
      if (head.contentLength !== undefined) return `upstream sent duplicate header line: ${line()}`;
      const length = numberAt(text, from, stop);
      if (length === undefined) return `upstream sent invalid "Content-Length" header: ${line()}`;
      if (head.chunked) return BOTH_LENGTHS;
      head.contentLength = length;
      return undefined;
    }
    case 17: {
      if (!nameIs(text, start, 'transfer-encoding')) return undefined;
      const value = text.slice(from, stop);
      if (head.chunked) return `upstream sent duplicate header line: "${text.slice(start, nameEnd)}: ${value}"`;
      if (head.contentLength !== undefined) return BOTH_LENGTHS;
      if (value.toLowerCase() !== 'chunked') return `upstream sent unknown "Transfer-Encoding": "${value}"`;
      head.chunked = true;
      return undefined;
    }
    default:
      return undefined;
  }
}

/** The number of up to 15 digits between two places; `undefined` when there is anything else. */
function numberAt(text: string, from: number, stop: number): number | undefined {
  if (from === stop || stop - from > 15) return undefined;
  let number = 0;
  for (let i = from; i < stop; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
    number = number * 10 + digit;
  }
  return number;
}

const BOTH_LENGTHS = 'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time';

/** The first value of a header, by its name in lower case. */
export function headerOf(headers: readonly string[], lowerCaseName: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return headers[i + 1];
  }
  return undefined;
}
