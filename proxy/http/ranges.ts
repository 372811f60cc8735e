import { fitsOffset } from '../config/index.ts';
import { parseHttpDate } from './http-date.ts';
import type { HttpExchange } from './http-exchange.ts';

/** The pieces of a body that are sent, each after what introduces it, and what closes the last. */
export interface Segments {
  readonly parts: readonly Part[];
  readonly suffix: Buffer | undefined;
}

/** Bytes `start` to `end` (exclusive). */
interface Part {
  readonly prefix: Buffer | undefined;
  readonly start: number;
  readonly end: number;
}

/** Cuts what a Range header asks for out of an answer that allows it. Source: ngx_http_range_filter_module.c; RFC 9110, 14. */
export function selectRanges(exchange: HttpExchange): void {
  const { contentLength: length } = exchange;
  if (exchange.status !== 200 || !exchange.allowRanges || length === undefined || exchange.parent !== undefined) return;
  const most = exchange.allowRanges === 'one' ? 1 : exchange.core.maxRanges;
  if (exchange.core.maxRanges === 0 || exchange.httpVersion === '0.9') return;
  const header = exchange.header('range');
  const wanted =
    header !== undefined && header.length >= 7 && /^bytes=/i.test(header) && ifRangeHolds(exchange)
      ? parseRanges(header.slice(6), length, most)
      : undefined;
  if (wanted === undefined) {
    exchange.responseHeaders.push('Accept-Ranges', 'bytes');
  } else if (wanted === 'unsatisfiable') {
    exchange.replaceWithPage(416);
    exchange.responseHeaders.push('Content-Range', `bytes */${length}`);
  } else if (wanted.length === 1) {
    const [start, end] = wanted[0]!;
    exchange.status = 206;
    exchange.reason = undefined;
    exchange.contentLength = end - start;
    exchange.responseHeaders.push('Content-Range', `bytes ${start}-${end - 1}/${length}`);
    exchange.segments = { parts: [{ prefix: undefined, start, end }], suffix: undefined };
  } else {
    multipart(exchange, wanted, length);
  }
}

function multipart(exchange: HttpExchange, wanted: readonly [number, number][], length: number): void {
  const boundary = String(exchange.connection.number * 1000 + exchange.connection.requests).padStart(20, '0');
  const type = exchange.contentType === undefined ? '' : `Content-Type: ${exchange.contentType}\r\n`;
  let total = 0;
  const parts = wanted.map(([start, end]) => {
    const prefix = Buffer.from(
      `\r\n--${boundary}\r\n${type}Content-Range: bytes ${start}-${end - 1}/${length}\r\n\r\n`,
      'latin1',
    );
    total += prefix.length + end - start;
    return { prefix, start, end };
  });
  const suffix = Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1');
  exchange.status = 206;
  exchange.reason = undefined;
  exchange.contentType = `multipart/byteranges; boundary=${boundary}`;
  exchange.contentLength = total + suffix.length;
  exchange.segments = { parts, suffix };
}

function ifRangeHolds(exchange: HttpExchange): boolean {
  const condition = exchange.header('if-range');
  if (condition === undefined) return true;
  if (condition.endsWith('"')) return exchange.responseHeader('etag') === condition;
  const { lastModified } = exchange;
  return lastModified !== undefined && parseHttpDate(condition) === Math.floor(lastModified.getTime() / 1000) * 1000;
}

/**
 * The ranges of a `bytes=` list as [start, end) pairs. `undefined`: answer with everything (too many ranges, or more
 * bytes than the whole has). `unsatisfiable`: 416, for malformed ones too, as nginx has it.
 */
export function parseRanges(
  list: string,
  length: number,
  most: number,
): [number, number][] | 'unsatisfiable' | undefined {
  const ranges: [number, number][] = [];
  let size = 0;
  for (const item of list.split(',')) {
    const [, first, last, suffix] = /^ *(?:(\d+) *- *(\d*)|-(\d+)) *$/.exec(item) ?? [];
    if ([first, last, suffix].some((digits) => digits !== undefined && !fitsOffset(digits))) return 'unsatisfiable';
    let start: number;
    let end = length;
    if (suffix !== undefined) start = Math.max(0, length - Number(suffix));
    else if (first === undefined) return 'unsatisfiable';
    else {
      start = Number(first);
      if (last !== '') end = Math.min(Number(last) + 1, length);
    }
    if (start >= end) {
      if (start === 0) return undefined;
      continue;
    }
    ranges.push([start, end]);
    size += end - start;
    if (ranges.length > most) return undefined;
  }
  if (ranges.length === 0) return 'unsatisfiable';
  return size > length ? undefined : ranges;
}

/** The whole of a segmented body, for one that is in memory. */
export function rangeBody(body: Buffer, segments: Segments): Buffer {
  const pieces: Buffer[] = [];
  for (const { prefix, start, end } of segments.parts) {
    if (prefix !== undefined) pieces.push(prefix);
    pieces.push(body.subarray(start, end));
  }
  if (segments.suffix !== undefined) pieces.push(segments.suffix);
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}
