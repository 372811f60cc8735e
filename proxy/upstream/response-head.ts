/**
 * Reads the head of an upstream's HTTP/1.x response from text (bytes as latin1). Header lines stay slices of that text:
 * they are passed on as they are. Source: ngx_http_parse_status_line, ngx_http_parse_header_line.
 */
export interface ResponseHead {
  status: number;
  /** The words after the status; '' when there are none. */
  reason: string;
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

/** The head at the beginning of `text`; `undefined` when its end hasn't arrived yet. */
export function readResponseHead(text: string): ResponseHead | InvalidHead | undefined {
  const lineEnd = text.indexOf('\n');
  if (lineEnd < 0) return text.length < 9 || text.startsWith('HTTP/') ? undefined : { problem: NOT_HTTP };
  const match = STATUS_LINE.exec(text.slice(0, lineEnd));
  if (match === null) return { problem: NOT_HTTP };
  const head: ResponseHead = {
    status: Number(match[2]),
    reason: match[3] ?? '',
    minor: Number(match[1]),
    headers: [],
    contentLength: undefined,
    chunked: false,
    close: match[1] === '0',
    end: 0,
  };
  let at = lineEnd + 1;
  for (;;) {
    const lineFeed = text.indexOf('\n', at);
    if (lineFeed < 0) return undefined;
    let stop = text.charCodeAt(lineFeed - 1) === 13 ? lineFeed - 1 : lineFeed;
    if (stop === at) {
      head.end = lineFeed + 1;
      return head;
    }
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon >= stop || colon === at) return { problem: 'upstream sent invalid header' };
    const name = text.slice(at, colon);
    let start = colon + 1;
    while (start < stop && text.charCodeAt(start) === 32) start++;
    while (stop > start && text.charCodeAt(stop - 1) === 32) stop--;
    const value = text.slice(start, stop);
    if (/[\x00-\x20\x7f]/.test(name) || value.includes('\0') || value.includes('\r')) {
      return { problem: 'upstream sent invalid header' };
    }
    const problem = noteHeader(head, name, value);
    if (problem !== undefined) return { problem };
    head.headers.push(name, value);
    at = lineFeed + 1;
  }
}

const NOT_HTTP = 'upstream sent no valid HTTP/1.0 header';

/** Takes note of framing. The length decides whether a closer look is worth it. */
function noteHeader(head: ResponseHead, name: string, value: string): string | undefined {
  switch (name.length) {
    case 10:
      if (name.toLowerCase() === 'connection' && /\bclose\b/i.test(value)) head.close = true;
      return undefined;
    case 14: {
      if (name.toLowerCase() !== 'content-length') return undefined;
      if (head.contentLength !== undefined) return `upstream sent duplicate header line: "${name}: ${value}"`;
      if (!/^\d{1,15}$/.test(value)) return `upstream sent invalid "Content-Length" header: "${name}: ${value}"`;
      if (head.chunked) return 'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time';
      head.contentLength = Number(value);
      return undefined;
    }
    case 17:
      if (name.toLowerCase() !== 'transfer-encoding') return undefined;
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
