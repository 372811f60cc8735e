import type { BodyReader } from '../response-body.ts';
import type { InvalidHead, ResponseHead } from '../response-head.ts';
import { CgiHeadReader } from './cgi-head.ts';
import { END_REQUEST, STDERR, STDOUT } from './fastcgi.ts';
import { FastcgiRecords } from './fastcgi-records.ts';
import type { AnswerProtocol, AnswerReader } from './protocol.ts';

/** What a location wants of FastCGI answers. */
export interface FastcgiAnswerSettings {
  /** The connection is to be used again, so the answer goes on to its last record. */
  readonly keepConnection: boolean;
  /** Texts that make an answer invalid when they come as errors before its head. */
  readonly catchStderr: readonly string[];
  readonly readHead: AnswerProtocol['readHead'];
}

type Log = (level: 'error' | 'warn', message: string) => void;

/** Reads an answer out of its records, and logs what came on stderr. Source: ngx_http_fastcgi_process_header. */
export class FastcgiAnswer implements AnswerReader {
  readonly #settings: FastcgiAnswerSettings;
  readonly #log: Log;
  readonly #records = new FastcgiRecords();
  readonly #head: CgiHeadReader;

  constructor(settings: FastcgiAnswerSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    this.#head = new CgiHeadReader(settings.readHead);
  }

  get text(): string {
    return this.#head.text;
  }

  get bodyStart(): number {
    return this.#head.bodyStart;
  }

  read(bytes: Buffer, end: number, most: number): ResponseHead | InvalidHead | undefined {
    const records = this.#records;
    records.at = 0;
    for (let event = records.next(bytes, end); event !== undefined; event = records.next(bytes, end)) {
      const { type, from, at } = records;
      if (event === 'begin') {
        const problem = unfit(records);
        if (problem !== undefined) return { problem };
      } else if (type === STDERR) {
        const text = logStderr(this.#log, bytes, from, at);
        if (this.#settings.catchStderr.some((pattern) => text.includes(pattern))) return { problem: '' };
      } else {
        const head = this.#head.readPiece(bytes, from, at, most);
        if (head === undefined) continue;
        if (!('problem' in head)) records.back(this.bodyStart);
        return head;
      }
    }
    return records.problem === undefined ? undefined : { problem: records.problem };
  }

  body(head: ResponseHead, method: string): BodyReader {
    return new FastcgiBody(this.#records, this.#settings.keepConnection, this.#log, head, method);
  }
}

/** Why no head can come any more after the beginning of this record. */
function unfit({ type, content }: FastcgiRecords): string | undefined {
  if (type === END_REQUEST) return `upstream sent unexpected FastCGI record: ${END_REQUEST}`;
  return type === STDOUT && content === 0 ? 'upstream prematurely closed FastCGI stdout' : undefined;
}

/** Line feed, carriage return, dot, space. */
const ENDS: ReadonlySet<number> = new Set([10, 13, 46, 32]);

/** Logs what came on stderr without the end that every line has; returns what is logged. */
function logStderr(log: Log, bytes: Buffer, start: number, end: number): string {
  let stop = end - 1;
  while (stop > start && ENDS.has(bytes[stop]!)) stop--;
  const text = bytes.toString('latin1', start, stop + 1);
  log('error', `FastCGI sent in stderr: "${text}"`);
  return text;
}

/** The body of an answer. Source: ngx_http_fastcgi_input_filter. */
class FastcgiBody implements BodyReader {
  readonly #records: FastcgiRecords;
  readonly #keepConnection: boolean;
  readonly #log: Log;
  /** Bytes that Content-Length still promises; -1 for no promise. */
  #rest: number;
  /** Fewer are all right: nobody wants them. */
  readonly #mayEnd: boolean;
  complete = false;
  surplus = false;
  reusable = false;
  problem: string | undefined;

  constructor(records: FastcgiRecords, keepConnection: boolean, log: Log, head: ResponseHead, method: string) {
    this.#records = records;
    this.#keepConnection = keepConnection;
    this.#log = log;
    this.#rest = head.status === 204 || head.status === 304 ? 0 : (head.contentLength ?? -1);
    this.#mayEnd = method === 'HEAD';
  }

  get broken(): boolean {
    return this.problem !== undefined;
  }

  get untilClose(): boolean {
    return !this.#keepConnection && (this.#rest <= 0 || this.#mayEnd);
  }

  read(bytes: Buffer, start: number, end: number): number {
    const records = this.#records;
    records.at = start;
    let to = start;
    while (!this.complete && this.problem === undefined) {
      const event = records.next(bytes, end);
      if (event === undefined) break;
      if (event === 'begin') this.#begin();
      else if (event === 'piece' && records.type === STDOUT) to = this.#take(bytes, to);
      else if (event === 'piece' && records.type === STDERR) logStderr(this.#log, bytes, records.from, records.at);
      if (records.over) {
        this.complete = true;
        this.reusable = records.at === end;
      }
    }
    this.problem ??= records.problem;
    return to;
  }

  /** The end of stdout, and that of the request, end the answer unless the connection is kept. */
  #begin(): void {
    const { type, content } = this.#records;
    const stdout = type === STDOUT && content === 0;
    if (!stdout && type !== END_REQUEST) return;
    if (this.#rest > 0 && !this.#mayEnd) {
      this.problem = `upstream prematurely closed FastCGI ${stdout ? 'stdout' : 'request'}`;
    } else if (!this.#keepConnection) {
      this.complete = true;
    }
  }

  /** Moves a piece of stdout to `to`; returns where it ends. */
  #take(bytes: Buffer, to: number): number {
    const { from, at } = this.#records;
    const length = this.#rest < 0 ? at - from : Math.min(at - from, this.#rest);
    if (this.#rest >= 0) this.#rest -= length;
    if (to !== from) bytes.copyWithin(to, from, from + length);
    if (length < at - from) {
      this.surplus = true;
      this.complete = true;
    }
    return to + length;
  }
}
