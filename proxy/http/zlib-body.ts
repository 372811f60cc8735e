import type { Gunzip, Gzip } from 'node:zlib';
import type { BodyFilter, BodySink } from './transport.ts';

/** A body on its way through zlib, which works in the thread pool, so that big bodies don't hold up others. */
export class ZlibBody implements BodyFilter {
  readonly #zlib: Gzip | Gunzip;
  /** Bytes so far, before and after. */
  taken = 0;
  given = 0;

  /** `ready` is called when it takes bytes again after it refused some. */
  constructor(zlib: Gzip | Gunzip, sink: BodySink, ready: () => void, onError: (error: Error) => void) {
    this.#zlib = zlib;
    zlib.on('data', (chunk: Buffer) => {
      this.given += chunk.length;
      if (!sink.write(chunk)) zlib.pause();
    });
    zlib.on('end', () => sink.end());
    zlib.on('error', onError);
    // The client's buffer drains into zlib, and zlib's into whoever writes.
    zlib.on('drain', ready);
  }

  write(chunk: Buffer): boolean {
    this.taken += chunk.length;
    return this.#zlib.write(chunk);
  }

  drained(): void {
    this.#zlib.resume();
  }

  end(): void {
    this.#zlib.end();
  }

  destroy(): void {
    this.#zlib.destroy();
  }
}
