import { END_REQUEST, RECORD_HEAD, REQUEST_ID, STDERR, STDOUT, VERSION } from './fastcgi.ts';

/** What comes next in a stream of records: the head of one is complete; a piece of its content; the last record is over. */
export type RecordEvent = 'begin' | 'piece' | 'over';

/** Goes through the records of one answer, however the network cuts them. Source: ngx_http_fastcgi_process_record. */
export class FastcgiRecords {
  readonly #head = Buffer.alloc(RECORD_HEAD);
  #headBytes = 0;
  /** Of the record at hand. */
  type = 0;
  /** Bytes of its content that are still to come. */
  content = 0;
  #padding = 0;
  /** Where the piece begins in the bytes, and where what follows does. */
  from = 0;
  at = 0;
  /** Why nothing more can be read, in nginx's words. */
  problem: string | undefined;

  /** Goes on from `at` to the next event; `undefined` when the bytes are used up, or with a `problem`. */
  next(bytes: Buffer, end: number): RecordEvent | undefined {
    while (this.at < end && this.problem === undefined) {
      this.from = this.at;
      if (this.content > 0) {
        this.at = Math.min(end, this.from + this.content);
        this.content -= this.at - this.from;
        return 'piece';
      }
      if (this.#padding > 0) {
        this.at = Math.min(end, this.from + this.#padding);
        this.#padding -= this.at - this.from;
      } else if (this.#takeHead(bytes, end)) {
        return 'begin';
      }
      if (this.over) return 'over';
    }
    return undefined;
  }

  /** The last record has come, padding and all. */
  get over(): boolean {
    const complete = this.#headBytes === RECORD_HEAD && this.content === 0 && this.#padding === 0;
    return complete && this.type === END_REQUEST;
  }

  /** Goes back within the piece at hand. */
  back(to: number): void {
    this.content += this.at - to;
    this.at = to;
  }

  /** True when the head of a record has become complete. */
  #takeHead(bytes: Buffer, end: number): boolean {
    if (this.#headBytes === RECORD_HEAD) this.#headBytes = 0;
    const before = this.#headBytes;
    const taken = bytes.copy(this.#head, before, this.at, Math.min(end, this.at + RECORD_HEAD - before));
    this.at += taken;
    this.#headBytes += taken;
    this.problem = problemOf(this.#head, before, this.#headBytes);
    if (this.#headBytes < RECORD_HEAD || this.problem !== undefined) return false;
    this.type = this.#head[1]!;
    this.content = this.#head.readUInt16BE(4);
    this.#padding = this.#head[6]!;
    return true;
  }
}

/** What is wrong with the bytes of a record's head that have just come. */
function problemOf(head: Buffer, from: number, to: number): string | undefined {
  for (let i = from; i < Math.min(to, 4); i++) {
    const byte = head[i]!;
    if (i === 0 && byte !== VERSION) return `upstream sent unsupported FastCGI protocol version: ${byte}`;
    if (i === 1 && byte !== STDOUT && byte !== STDERR && byte !== END_REQUEST) {
      return `upstream sent invalid FastCGI record type: ${byte}`;
    }
    if (i === 2 && byte !== 0) return `upstream sent unexpected FastCGI request id high byte: ${byte}`;
    if (i === 3 && byte !== REQUEST_ID) return `upstream sent unexpected FastCGI request id low byte: ${byte}`;
  }
  return undefined;
}
