import { nameIs } from '../http/header-set.ts';

/**
 * Reads the head of an upstream's HTTP/1.x response from text (bytes as latin1). Header lines stay slices of that text:
 * they are passed on as they are. Source: ngx_http_parse_status_line, ngx_http_parse_header_line.
 */
export interface ResponseHead {
  status: number;
  /** The words after the status, '' when there are none; `undefined` for the usual ones. */
  reason: string | undefined;
  /** 0 for HTTP/1.0, 1 for HTTP/1.1. */
  minor: number;
  /** name, value, name, value ... as sent. */
  headers: string[];
  contentLength: number | undefined;
  chunked: boolean;
  /** The upstream says it will close. */
  close: boolean;
  /** Where the body begins in the text. */
  end: number;
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
      const head = readResponseHead(this.text);
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

/** The head at the beginning of `text`; `undefined` when its end hasn't arrived yet. */
export function readResponseHead(text: string): ResponseHead | InvalidHead | undefined {
  const lineEnd = text.indexOf('\n');
  if (lineEnd < 0) return text.length < 9 || text.startsWith('HTTP/') ? undefined : { problem: NOT_HTTP };
  const head = newHead();
  if (text.startsWith(USUAL)) head.reason = 'OK';
  else if (!readStatusLine(head, text.slice(0, lineEnd))) return { problem: NOT_HTTP };
  return readFields(head, text, lineEnd + 1, false);
}

/** Reads the header lines from `start` on into the head; `undefined` when their end hasn't arrived yet. What they say of the body is left to the caller when `lenient`. */
export function readFields(
  head: ResponseHead,
  text: string,
  start: number,
  lenient: boolean,
): ResponseHead | InvalidHead | undefined {
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
    const name = text.slice(at, colon);
    const value = text.slice(from, stop);
    const problem = lenient ? undefined : noteHeader(head, name, value);
    if (problem !== undefined) return { problem };
    head.headers.push(name, value);
    at = lineFeed + 1;
  }
}

/** A head of which nothing is known yet. */
export function newHead(): ResponseHead {
  return {
    status: 200,
    reason: undefined,
    minor: 1,
    headers: [],
    contentLength: undefined,
    chunked: false,
    close: false,
    end: 0,
  };
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

/** Takes note of framing. The length decides whether a closer look is worth it. */
function noteHeader(head: ResponseHead, name: string, value: string): string | undefined {
  switch (name.length) {
    case 10:
      if (nameIs(name, 0, 'connection') && /\bclose\b/i.test(value)) head.close = true;
      return undefined;
    case 14: {
      if (!nameIs(name, 0, 'content-length')) return undefined;
      if (head.contentLength !== undefined) return `upstream sent duplicate header line: "${name}: ${value}"`;
      if (!/^\d{1,15}$/.test(value)) return `upstream sent invalid "Content-Length" header: "${name}: ${value}"`;
      if (head.chunked) return 'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time';
      head.contentLength = Number(value);
      return undefined;
    }
    case 17:
      if (!nameIs(name, 0, 'transfer-encoding')) return undefined;
      if (head.chunked) return `upstream sent duplicate header line: "${name}: ${value}"`;
      if (head.contentLength !== undefined)
        return 'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time';
      if (value.toLowerCase() !== 'chunked') return `upstream sent unknown "Transfer-Encoding": "${value}"`;
      head.chunked = true;
      return undefined;
    default:
      return undefined;
  }
}

/** The first value of a header, by its name in lower case. */
export function headerOf(headers: readonly string[], lowerCaseName: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (name.length === lowerCaseName.length && name.toLowerCase() === lowerCaseName) return headers[i + 1];
  }
  return undefined;
}
