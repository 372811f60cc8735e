import type { ApplicationAnswer, ApplicationRequest } from '../../labs/catalog-app/index.ts';

/** A request as it came over a wire. Text is latin1: a character is a byte. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly rawHeaders: readonly string[];
  /** The first 8 MiB. */
  readonly body: Buffer;
  /** What a protocol in the manner of CGI says beside the headers. */
  readonly parameters?: ReadonlyMap<string, string>;
  /** The client, as far as the protocol says; who opened the connection otherwise. */
  readonly remoteAddress: string;
}

/** A request, and the ways to answer it. */
export interface Arrived {
  readonly request: WireRequest;
  answer(answer: ApplicationAnswer): void;
  /** Where the client asks for a WebSocket: begins one, with these headers in the answer, and says what `say` says to each message. */
  converse?(headers: Readonly<Record<string, string>>, say: (message: string) => string): void;
}

/** One connection of an application, in the protocol that it is asked in. */
export interface Wire {
  push(bytes: Buffer): void;
  /** The next whole request, or undefined when more bytes are needed. Throws when the bytes are no request at all. */
  next(): Arrived | undefined;
  /** The bytes were no request. */
  refuse(): void;
}

/** The same request as our applications take it. */
export function forApplication({ method, target, rawHeaders, body, remoteAddress }: WireRequest): ApplicationRequest {
  return { method, target, headers: rawHeaders, body, remoteAddress };
}

/** Reason phrases; `node:http` has them all, and takes 28 ms to load. */
export const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  418: "I'm a teapot",
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};
