import { closeSync, readSync } from 'node:fs';
import type { Exchange } from './exchange.ts';

/** Bytes read at a time. */
const CHUNK = 65536;

/** Says of an answer what is known of a file: its time, ETag, size (bytes) and type; conditions and ranges apply. */
export function describeFile(
  exchange: Exchange,
  lastModified: Date,
  etag: string,
  size: number,
  contentType: string | undefined,
): void {
  exchange.status = 200;
  exchange.lastModified = lastModified;
  exchange.contentLength = size;
  // An X-Accel-Redirect brings the application's.
  exchange.contentType ??= contentType;
  exchange.allowConditions = true;
  exchange.allowRanges = true;
  if (exchange.core.etag) exchange.responseHeaders.push('ETag', etag);
}

/**
 * Sends `size` bytes of an open file from `offset`, or the ranges of them that were asked for, as fast as the client
 * takes them, and closes the file. The head has been sent.
 */
export function sendFileBody(exchange: Exchange, descriptor: number, offset: number, size: number): void {
  const { segments } = exchange;
  const parts = segments?.parts ?? [{ prefix: undefined, start: 0, end: size }];
  let part = 0;
  let at = parts[0]?.start ?? 0;
  let introduced = false;
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    closeSync(descriptor);
  };
  const pump = (): void => {
    while (!closed) {
      const current = parts[part];
      if (current === undefined || exchange.headerOnly) {
        close();
        if (segments?.suffix !== undefined && !exchange.headerOnly) exchange.write(segments.suffix);
        exchange.end();
        return;
      }
      if (!introduced) {
        introduced = true;
        if (current.prefix !== undefined) exchange.write(current.prefix);
      }
      const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, current.end - at));
      let count: number;
      try {
        count = buffer.length === 0 ? 0 : readSync(descriptor, buffer, 0, buffer.length, offset + at);
      } catch (error) {
        exchange.logError('crit', `read() failed (${(error as NodeJS.ErrnoException).code})`);
        close();
        exchange.abort();
        return;
      }
      if (count === 0 && at < current.end) {
        // The file was cut short while it was being sent.
        close();
        exchange.abort();
        return;
      }
      at += count;
      if (at >= current.end) {
        part++;
        at = parts[part]?.start ?? 0;
        introduced = false;
      }
      if (count > 0 && !exchange.write(count === buffer.length ? buffer : buffer.subarray(0, count))) return;
    }
  };
  exchange.onDrain = pump;
  exchange.onAbort = close;
  pump();
}
