import type { Response } from '../lab.ts';
import type { ReadResponse } from './response-reader.ts';
import type { Translation } from './translation.ts';

/** When a request was begun, handed to the system, and answered: ms of `performance.now()`. */
export interface Times {
  readonly began: number;
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** A Response from what was read, or from the reason why nothing was; addresses are the student's. */
export function createResponse(
  request: Response['request'],
  read: Omit<ReadResponse, 'reusable'> | string,
  times: Times,
  translation: Translation,
): Response {
  const answer =
    typeof read === 'string' ? { status: 0, httpVersion: '', rawHeaders: [], body: new Uint8Array() } : read;
  const rawHeaders = answer.rawHeaders.map((word, i) => (i % 2 === 1 ? translation.header(word) : word));
  const headers = joinHeaders(rawHeaders);
  const body = translation.body(answer.body, headers['content-type']);
  let text: string | undefined;
  return {
    status: answer.status,
    ...(typeof read === 'string' ? { failure: read } : {}),
    httpVersion: answer.httpVersion,
    headers,
    rawHeaders,
    body,
    get text() {
      text ??= Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
      return text;
    },
    json() {
      return JSON.parse(this.text);
    },
    request,
    durationMs: times.answeredAt - times.began,
    sentAt: times.sentAt,
    answeredAt: times.answeredAt,
  };
}

/** Lower-case names; several of one name joined with ", ". */
export function joinHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    const value = rawHeaders[i + 1]!;
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return headers;
}
