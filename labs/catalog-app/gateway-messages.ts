import type { ApplicationAnswer, ApplicationRequest } from './application.ts';
import { fastcgiAnswer, readFastcgi } from './fastcgi.ts';
import type { GatewayRequest } from './gateway-request.ts';
import { readUwsgi } from './uwsgi.ts';

/** The protocols beside HTTP by which an application may be asked. */
export type Protocol = 'uwsgi' | 'fastcgi';

/** The first request in the bytes that have come; `undefined` while it isn't complete. Throws when they are another protocol's. */
export function readGateway(protocol: Protocol, bytes: Buffer): GatewayRequest | undefined {
  return protocol === 'uwsgi' ? readUwsgi(bytes) : readFastcgi(bytes);
}

/** The request as applications know it. `peer` is the address that the connection came from. */
export function applicationRequest({ parameters, body }: GatewayRequest, peer: string): ApplicationRequest {
  return {
    method: parameters.get('REQUEST_METHOD') ?? 'GET',
    target: targetOf(parameters),
    headers: headersOf(parameters),
    body,
    remoteAddress: parameters.get('REMOTE_ADDR') ?? peer,
  };
}

/**
 * The answer, with the words for its status: by uwsgi as uWSGI writes it, which is HTTP, and by FastCGI in the manner of CGI,
 * where the status is a header (RFC 3875, 6).
 */
export function gatewayAnswer(
  protocol: Protocol,
  { parameters, id }: GatewayRequest,
  answer: ApplicationAnswer,
  words: string,
): Buffer {
  const head = Buffer.from(headOf(protocol === 'uwsgi' ? 'HTTP/1.1' : 'Status:', answer, words), 'latin1');
  const bytes = parameters.get('REQUEST_METHOD') === 'HEAD' ? head : Buffer.concat([head, answer.body]);
  return protocol === 'uwsgi' ? bytes : fastcgiAnswer(bytes, id);
}

function headOf(first: string, { status, headers, body }: ApplicationAnswer, words: string): string {
  const lines = Object.entries({ ...headers, 'Content-Length': body.length }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return [`${first} ${status} ${words}`, ...lines, '', ''].join('\r\n');
}

/** What the client asked for; a server that doesn't pass it on as it came passes path and query apart. */
function targetOf(parameters: ReadonlyMap<string, string>): string {
  const whole = parameters.get('REQUEST_URI');
  if (whole !== undefined && whole !== '') return whole;
  const path = parameters.get('PATH_INFO') ?? parameters.get('DOCUMENT_URI') ?? parameters.get('SCRIPT_NAME') ?? '/';
  const query = parameters.get('QUERY_STRING') ?? '';
  return query === '' ? path : `${path}?${query}`;
}

/**
 * `HTTP_USER_AGENT` is `User-Agent`. Type and length of the body have names of their own, and count under these alone, as
 * frameworks have it.
 */
function headersOf(parameters: ReadonlyMap<string, string>): readonly string[] {
  const headers: string[] = [];
  for (const [name, value] of parameters) {
    const [, inHttp = '', header = name] = /^(HTTP_)?(.*)$/.exec(name)!;
    if ((inHttp === '') !== /^CONTENT_(TYPE|LENGTH)$/.test(header) || value === '') continue;
    const words = header
      .toLowerCase()
      .split('_')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1));
    headers.push(words.join('-'), value);
  }
  return headers;
}
