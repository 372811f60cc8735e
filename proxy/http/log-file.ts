import { closeSync, openSync, writeSync } from 'node:fs';
import { systemPath } from '../config/index.ts';
import { onDemand } from './on-demand.ts';

/** Milliseconds that lines may wait for company. */
const PATIENCE = 20;
const MOST = 65_536;

/** `buffer=`, `flush=` and `gzip=` of an access log. */
export interface LogBuffer {
  /** Bytes that lines wait for each other in. */
  readonly size: number;
  /** Milliseconds that they wait at most; 0 is for ever. */
  readonly flush: number;
  /** The level of compression; 0 is none. */
  readonly gzip: number;
}

/**
 * A log file that is kept open. Lines are gathered for a moment, because a write for each request would cost as much
 * as the request; they are on disk within 20 ms, and at the exit of the process.
 */
export class LogFile {
  readonly path: string;
  /** What the configuration wants to be kept in memory; lines go out after a moment otherwise. */
  buffer: LogBuffer | undefined;
  #descriptor: number | undefined;
  #lines = '';
  #timer: NodeJS.Timeout | undefined;
  readonly #flush = (): void => this.flush();

  constructor(path: string) {
    this.path = path;
  }

  /** Opens the file for appending, or opens it again under its name after it was moved. Throws what `open` throws. */
  open(): void {
    this.flush();
    const descriptor = openSync(systemPath(this.path), 'a', 0o644);
    if (this.#descriptor === undefined) process.once('exit', this.#flush);
    else closeSync(this.#descriptor);
    this.#descriptor = descriptor;
  }

  /** As USR1 asks for. Throws what `open` throws. */
  reopen(): void {
    this.open();
  }

  write(line: string): void {
    const { buffer } = this;
    if (buffer !== undefined) {
      if (this.#lines.length + line.length > buffer.size) this.flush();
      this.#lines += line;
      if (this.#lines.length > buffer.size) this.flush();
      else if (buffer.flush > 0) this.#timer ??= setTimeout(this.#flush, buffer.flush);
      return;
    }
    this.#lines += line;
    if (this.#lines.length > MOST) this.flush();
    else this.#timer ??= setTimeout(this.#flush, PATIENCE);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines === '') return;
    const text = Buffer.from(this.#lines, 'latin1');
    const level = this.buffer?.gzip ?? 0;
    const bytes = level === 0 ? text : onDemand.zlib.gzipSync(text, { level });
    this.#lines = '';
    try {
      if (this.#descriptor === undefined) {
        this.#descriptor = openSync(systemPath(this.path), 'a', 0o644);
        process.once('exit', this.#flush);
      }
      let written = 0;
      while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
    } catch {
      // A full disk must not stop the server from answering.
    }
  }

  close(): void {
    this.flush();
    process.removeListener('exit', this.#flush);
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
