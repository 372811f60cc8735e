import { closeSync, openSync, writeSync } from 'node:fs';
import { systemPath } from '../config/index.ts';

/** Milliseconds that lines may wait for company. */
const PATIENCE = 20;
const MOST = 65_536;

/**
 * A log file that is kept open. Lines are gathered for a moment, because a write for each request would cost as much
 * as the request; they are on disk within 20 ms, and at the exit of the process.
 */
export class LogFile {
  readonly path: string;
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
    this.#lines += line;
    if (this.#lines.length > MOST) this.flush();
    else this.#timer ??= setTimeout(this.#flush, PATIENCE);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines === '') return;
    const bytes = Buffer.from(this.#lines, 'latin1');
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
