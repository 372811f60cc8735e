import { type InvalidHead, ResponseHead, readFields, readStatusLine, TOO_BIG } from '../response-head.ts';
import type { AnswerProtocol, AnswerReader } from './protocol.ts';

/**
 * Reads the head of an answer as CGI programs write it: no status line but a `Status` header, which may be missing. A
 * status line is taken where `statusLine` allows one. Framing is the protocol's own business, so a `Transfer-Encoding`
 * counts for nothing. Source: ngx_http_uwsgi_process_header, ngx_http_fastcgi_process_header, RFC 3875, 6.
 */
export function readCgiHead(text: string, statusLine: boolean): ResponseHead | InvalidHead | undefined {
  const lineEnd = text.indexOf('\n');
  if (lineEnd < 0) return undefined;
  const head = new ResponseHead(text);
  const begun = statusLine && readStatusLine(head, text.slice(0, lineEnd));
  const read = readFields(head, begun ? lineEnd + 1 : 0, true);
  if (read === undefined || 'problem' in read) return read;
  const length = lastOf(head, 'content-length');
  if (length !== undefined && /^\d{1,15}$/.test(length)) head.contentLength = Number(length);
  if (begun) return head;
  const status = lastOf(head, 'status');
  if (status !== undefined) {
    if (!/^\d{3}/.test(status)) return { problem: `upstream sent invalid status "${status}"` };
    head.status = Number(status.slice(0, 3));
    head.reason = status.slice(4);
  } else if (lastOf(head, 'location') !== undefined) {
    head.status = 302;
  }
  return head;
}

/** The last value of a header, as nginx keeps it. */
function lastOf({ headers }: ResponseHead, name: string): string | undefined {
  const at = headers.findLastIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}

/** Gathers a CGI head from as many reads as it takes. */
export class CgiHeadReader implements AnswerReader {
  text = '';
  bodyStart = 0;
  readonly #readHead: AnswerProtocol['readHead'];

  constructor(readHead: AnswerProtocol['readHead']) {
    this.#readHead = readHead;
  }

  read(bytes: Buffer, end: number, most: number): ResponseHead | InvalidHead | undefined {
    return this.readPiece(bytes, 0, end, most);
  }

  /** The same for a part of the bytes. */
  readPiece(bytes: Buffer, start: number, end: number, most: number): ResponseHead | InvalidHead | undefined {
    const before = this.text.length;
    // What follows the longest head possible stays bytes.
    this.text += bytes.toString('latin1', start, Math.min(end, start + most));
    const head = this.#readHead(this.text);
    if (head === undefined) return this.text.length < most ? undefined : TOO_BIG;
    if ('problem' in head) return head;
    if (head.end > most) return TOO_BIG;
    this.bodyStart = start + head.end - before;
    return head;
  }
}
