import { closeSync, mkdirSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Directive, failedCall, failure, systemPath } from '../config/index.ts';
import type { Build } from './module.ts';

/** A failed system call on a temporary file, in nginx's words. */
export class TemporaryFileError extends Error {
  override readonly name = 'TemporaryFileError';
}

/** Where temporary files of one kind go (`client_body_temp_path`, `proxy_temp_path`), and how they are named. */
export class TemporaryPath {
  readonly folder: string;
  readonly levels: readonly number[];
  readonly #prefix: string;
  #count: number;

  /** `levels`: how many of the last digits of a name become folders, `1 2` puts 0000000123 into 3/12. */
  constructor(folder: string, levels: readonly number[], prefix = '') {
    this.folder = folder;
    this.levels = levels;
    this.#prefix = prefix;
    this.#count = prefix === '' ? 0 : Math.floor(Math.random() * 1e9);
  }

  /** Makes the folder itself, as nginx does when it starts. Throws what `mkdir` throws. */
  create(): void {
    try {
      mkdirSync(systemPath(this.folder), 0o700);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }

  /** A new file. Throws a TemporaryFileError. */
  open(named?: 'until closed' | 'for ever'): TemporaryFile {
    for (;;) {
      const digits = String(++this.#count).padStart(10, '0');
      const name = this.#nameOf(digits);
      try {
        if (this.levels.length > 0) mkdirSync(systemPath(path.dirname(name)), { recursive: true, mode: 0o700 });
        else if (this.#prefix === '') this.create();
        const descriptor = openSync(systemPath(name), 'wx+', 0o600);
        return new TemporaryFile(descriptor, name, named);
      } catch (error) {
        // Another process may share the folder.
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw new TemporaryFileError(failedCall('open', name, error));
      }
    }
  }

  #nameOf(digits: string): string {
    let end = digits.length;
    const folders = this.levels.map((length) => {
      end -= length;
      return digits.slice(end, end + length);
    });
    return path.join(this.folder, ...folders, this.#prefix + digits);
  }
}

/** The system's folder, for who names none. */
export function systemTemporaryPath(kind: string): TemporaryPath {
  return new TemporaryPath(tmpdir(), [], `nginx-${kind}-${process.pid}-`);
}

/** Reads `path [level1 [level2 [level3]]]`. Source: ngx_conf_set_path_slot. */
export function readTemporaryPath(directive: Directive, build: Build): TemporaryPath {
  const [folder, ...levels] = directive.words.map(({ text }) => text) as [string, ...string[]];
  for (const level of levels) {
    if (!/^[1-9]\d*$/.test(level)) throw failure(directive, `"${directive.name}" directive invalid value`);
  }
  return new TemporaryPath(build.path(folder), levels.map(Number));
}

/**
 * A file for a while. Usually it has no name any more, and goes when it is closed, whatever happens to the process; one
 * that others are told of keeps its name.
 */
export class TemporaryFile {
  /** The name it has, or had for a moment, for the log. */
  readonly name: string;
  readonly #descriptor: number;
  #length = 0;
  #open = true;

  readonly #named: 'until closed' | 'for ever' | undefined;

  constructor(descriptor: number, name: string, named?: 'until closed' | 'for ever') {
    this.#descriptor = descriptor;
    this.name = name;
    this.#named = named;
    // Windows keeps the name of an open file until it is closed.
    if (named === undefined) this.#forget();
  }

  #forget(): void {
    try {
      unlinkSync(systemPath(this.name));
    } catch {
      // It is gone already, or stays for now.
    }
  }

  /** Bytes written. */
  get length(): number {
    return this.#length;
  }

  /** Adds bytes at the end. Throws a TemporaryFileError. */
  append(bytes: Buffer): void {
    try {
      for (let at = 0; at < bytes.length; ) {
        const count = writeSync(this.#descriptor, bytes, at, bytes.length - at, this.#length);
        at += count;
        this.#length += count;
      }
    } catch (error) {
      throw new TemporaryFileError(failedCall('pwrite', this.name, error));
    }
  }

  /** At most `most` bytes from `at` on, in a buffer of their own. */
  read(at: number, most: number): Buffer {
    const piece = Buffer.allocUnsafe(Math.min(most, this.#length - at));
    const count = readSync(this.#descriptor, piece, 0, piece.length, at);
    return count === piece.length ? piece : piece.subarray(0, count);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#descriptor);
    if (this.#named === 'until closed' || (this.#named === undefined && process.platform === 'win32')) this.#forget();
  }
}
