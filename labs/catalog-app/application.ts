/** One request as an application sees it, over whatever it came. */
export interface ApplicationRequest {
  readonly method: string;
  /** The request target as it arrived, byte for byte: path and query. */
  readonly target: string;
  /** As name, value, name, value ... in the order and spelling of the wire, or as a record. */
  readonly headers: readonly string[] | Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly remoteAddress: string;
}

/** A whole answer. Who sends it adds the framing, and leaves the body out for HEAD. */
export interface ApplicationAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An application without sockets: the same one answers over `node:http` and inside the grader. */
export interface Application {
  handle(request: ApplicationRequest): ApplicationAnswer;
  /** What it says to a message of a conversation: a WebSocket at its path. By HTTP alone. */
  readonly live?: { readonly path: string; say(message: string): string };
}

export interface RunningApplication {
  readonly port: number;
  /** Closes the port and every open connection. */
  close(): Promise<void>;
}

/** Bytes of a request body that an application takes; more gets 413. */
export const bodyLimit = 8 * 1024 * 1024;

/** The path of a target without its query, and the query's values. */
export function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return { path, query: new URLSearchParams(mark === -1 ? '' : target.slice(mark + 1)) };
}

/** Headers as pairs, whichever way they came. */
export function headerPairs(headers: ApplicationRequest['headers']): readonly (readonly [string, string])[] {
  if (!isList(headers)) return Object.entries(headers);
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) pairs.push([headers[at]!, headers[at + 1]!]);
  return pairs;
}

function isList(headers: ApplicationRequest['headers']): headers is readonly string[] {
  return Array.isArray(headers);
}

export function textAnswer(text: string, status = 200): ApplicationAnswer {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: Buffer.from(text) };
}

export function htmlAnswer(html: string, status = 200): ApplicationAnswer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body: Buffer.from(html) };
}

export function jsonAnswer(value: unknown, status = 200): ApplicationAnswer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: Buffer.from(`${JSON.stringify(value)}\n`) };
}

/** 405 (RFC 9110, section 15.5.6): says which methods the path does take. */
export function methodNotAllowed(request: ApplicationRequest, allowed: readonly string[]): ApplicationAnswer {
  const answer = jsonAnswer({ error: `${request.method} is not allowed here; try ${allowed.join(' or ')}.` }, 405);
  return { ...answer, headers: { ...answer.headers, Allow: allowed.join(', ') } };
}

export function withHeader(answer: ApplicationAnswer, name: string, value: string): ApplicationAnswer {
  return { ...answer, headers: { ...answer.headers, [name]: value } };
}
