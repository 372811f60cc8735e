import type { Exchange } from '../http/exchange.ts';
import { type TemporaryFile, TemporaryFileError, type TemporaryPath } from '../http/temporary-file.ts';

/** How much of an answer may wait for its client. Sizes in bytes. */
export interface SpoolLimits {
  /** `proxy_buffers`: kept in memory. */
  readonly memory: number;
  /** `proxy_max_temp_file_size`: written to a file in all; 0 writes none. */
  readonly file: number;
  /** `proxy_temp_path`. */
  readonly path: TemporaryPath;
}

const PIECE = 65536;

/**
 * What a slow client has not taken yet of an upstream's answer (`proxy_buffering on`): the upstream is read as fast as
 * it sends and its connection let go, memory first, then a temporary file. It is made once a client falls behind.
 * Source: ngx_event_pipe.c.
 */
export class Spool {
  readonly #exchange: Exchange;
  readonly #limits: SpoolLimits;
  readonly #onRoom: () => void;
  /** The client's buffer is full. */
  #blocked = true;
  /** Nothing more may be added. */
  #full = false;
  #file: TemporaryFile | undefined;
  /** Where in the file the client is. */
  #at = 0;
  /** What came after the bytes in the file. */
  #memory: Buffer[] = [];
  #memoryBytes = 0;
  #ending: 'end' | 'abort' | undefined;

  /** `onRoom` is called when bytes may be added again after `add` said false. */
  constructor(exchange: Exchange, limits: SpoolLimits, onRoom: () => void) {
    this.#exchange = exchange;
    this.#limits = limits;
    this.#onRoom = onRoom;
    exchange.onDrain = () => this.#drained();
  }

  /** Takes bytes that it may keep; false when the upstream has to wait. */
  add(bytes: Buffer): boolean {
    if (!this.#blocked) {
      this.#blocked = !this.#exchange.write(bytes);
      return true;
    }
    this.#memory.push(bytes);
    this.#memoryBytes += bytes.length;
    if (this.#memoryBytes <= this.#limits.memory) return true;
    this.#full = !this.#spill();
    return !this.#full;
  }

  /** The upstream has sent all: the rest goes to the client in its own time. */
  end(): void {
    this.#finish('end');
  }

  /** The upstream broke off: what came goes to the client, and then its connection ends. */
  abort(): void {
    this.#finish('abort');
  }

  /** The client is gone. */
  close(): void {
    this.#file?.close();
    this.#memory = [];
  }

  /** Moves what is in memory to the file; false when there may be none, or no more. */
  #spill(): boolean {
    const { path, file: most } = this.#limits;
    if ((this.#file?.length ?? 0) >= most) return false;
    try {
      if (this.#file === undefined) {
        this.#file = path.open();
        this.#exchange.logError(
          'warn',
          `an upstream response is buffered to a temporary file ${this.#file.name} while reading upstream`,
        );
      }
      this.#file.append(this.#memory.length === 1 ? this.#memory[0]! : Buffer.concat(this.#memory));
    } catch (error) {
      if (!(error instanceof TemporaryFileError)) throw error;
      this.#exchange.logError('crit', `${error.message} while reading upstream`);
      return false;
    }
    this.#memory = [];
    this.#memoryBytes = 0;
    return true;
  }

  #drained(): void {
    this.#blocked = false;
    for (;;) {
      const piece = this.#next();
      if (piece === undefined) break;
      if (this.#exchange.write(piece)) continue;
      this.#blocked = true;
      break;
    }
    if (this.#empty) this.#settle();
    if (this.#full && this.#memoryBytes < this.#limits.memory) {
      this.#full = false;
      this.#onRoom();
    }
  }

  get #empty(): boolean {
    return this.#memory.length === 0 && this.#at === (this.#file?.length ?? 0);
  }

  #next(): Buffer | undefined {
    const file = this.#file;
    if (file !== undefined && this.#at < file.length) {
      const piece = file.read(this.#at, PIECE);
      this.#at += piece.length;
      return piece;
    }
    const piece = this.#memory.shift();
    this.#memoryBytes -= piece?.length ?? 0;
    return piece;
  }

  #finish(ending: 'end' | 'abort'): void {
    this.#ending = ending;
    if (this.#empty) {
      this.#settle();
      return;
    }
    this.#exchange.onDrain = () => this.#drained();
    this.#exchange.onAbort = () => this.close();
  }

  #settle(): void {
    if (this.#ending === undefined) return;
    this.close();
    this.#exchange.onAbort = undefined;
    if (this.#ending === 'end') this.#exchange.end();
    else this.#exchange.abort();
  }
}
