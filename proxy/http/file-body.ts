import { closeSync, readSync } from 'node:fs';
import type { Exchange } from './exchange.ts';

/** Where the bytes of an answer come from. */
export interface ByteSource {
  /** How many bytes to ask for at a time: as many as a slow client may keep waiting in memory. */
  readonly piece: number;
  /** At most `most` bytes from `at` on, which nobody changes afterwards; none where a file was cut short. Throws what `read` throws. */
  read(at: number, most: number): Buffer;
  close(): void;
}

/** An open file, or the part of it from `offset` (bytes) on. */
export class OpenFile implements ByteSource {
  readonly piece = 65_536;
  readonly #descriptor: number;
  readonly #offset: number;

  constructor(descriptor: number, offset = 0) {
    this.#descriptor = descriptor;
    this.#offset = offset;
  }

  read(at: number, most: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(most);
    const count = readSync(this.#descriptor, buffer, 0, most, this.#offset + at);
    return count === most ? buffer : buffer.subarray(0, count);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

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
  exchange.allowRanges = true;
  if (exchange.core.etag) exchange.responseHeaders.push('ETag', etag);
}

/**
 * Sends the `size` bytes of a source, or the ranges of them that were asked for, as fast as the client takes them, and
 * closes it. The head has been sent.
 */
export function sendBody(exchange: Exchange, source: ByteSource, size: number): void {
  const { segments } = exchange;
  const parts = segments?.parts ?? [{ prefix: undefined, start: 0, end: size }];
  let part = 0;
  let at = parts[0]?.start ?? 0;
  let introduced = false;
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    source.close();
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
      let bytes: Buffer = NOTHING;
      try {
        if (at < current.end) bytes = source.read(at, Math.min(source.piece, current.end - at));
      } catch (error) {
        exchange.logError('crit', `read() failed (${(error as NodeJS.ErrnoException).code})`);
        close();
        exchange.abort();
        return;
      }
      if (bytes.length === 0 && at < current.end) {
        // The file was cut short while it was being sent.
        close();
        exchange.abort();
        return;
      }
      at += bytes.length;
      if (at >= current.end) {
        part++;
        at = parts[part]?.start ?? 0;
        introduced = false;
      }
      if (bytes.length > 0 && !exchange.write(bytes)) return;
    }
  };
  exchange.onDrain = pump;
  exchange.onAbort = close;
  pump();
}

const NOTHING = Buffer.alloc(0);
