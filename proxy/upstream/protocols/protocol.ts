import type { BodyReader } from '../response-body.ts';
import type { InvalidHead, ResponseHead } from '../response-head.ts';

/** How a protocol other than HTTP brings answers. */
export interface AnswerProtocol {
  /** The head at the beginning of `text`; `undefined` when its end hasn't arrived yet. */
  readHead(text: string): ResponseHead | InvalidHead | undefined;
  /** A reader for the answer to one attempt. */
  reader(log: (level: 'error' | 'warn', message: string) => void): AnswerReader;
}

/** Reads one answer: its head, from as many reads as it takes, and where the protocol frames bodies itself the body. */
export interface AnswerReader {
  /** What has come of the head, bytes as latin1; may go on into the body. */
  readonly text: string;
  /** Where the body begins in the bytes of the last read. */
  readonly bodyStart: number;
  /** Takes what came in one read; `undefined` while the head isn't complete. It is no longer than `most` bytes. A problem of no words has been logged. */
  read(bytes: Buffer, end: number, most: number): ResponseHead | InvalidHead | undefined;
  /** For protocols that frame bodies themselves: the reader of what follows the head. */
  body?(head: ResponseHead, method: string): BodyReader;
}
