import type { Response } from '../lab.ts';
import type { ArrivalRecord, ExchangeRecord } from '../result.ts';
import type { Seen } from '../seen.ts';

const mostExchanges = 4;
const mostBody = 400;

/** The last few exchanges, shortened for reading. */
export function exchangeRecords(responses: readonly Response[]): readonly ExchangeRecord[] {
  return responses.slice(-mostExchanges).map((response) => ({
    request: response.request.head.slice(0, 2000).trimEnd(),
    response: describeAnswer(response),
  }));
}

/** The last few arrivals, heads alone. */
export function arrivalRecords(seen: readonly Seen[]): readonly ArrivalRecord[] {
  return seen.slice(-mostExchanges).map(({ application, method, target, rawHeaders }) => ({
    application,
    request: [`${method} ${target} HTTP/1.1`, ...headerLines(rawHeaders)].join('\n').slice(0, 2000),
  }));
}

/** Different `curl` lines of the last few exchanges, the most telling last. */
export function curlLines(responses: readonly Response[]): readonly string[] {
  return [...new Set(responses.map(({ request }) => request.curl))].slice(-2);
}

function describeAnswer(response: Response): string {
  if (response.status === 0) return `no answer: ${response.failure ?? 'the connection was closed'}`;
  const lines = [`HTTP/${response.httpVersion.replace(/^HTTP\//, '')} ${response.status}`];
  lines.push(...headerLines(response.rawHeaders));
  if (response.body.length === 0) return lines.join('\n');
  return `${lines.join('\n')}\n\n${describeContent(response)}`;
}

/** The first 40 headers, each on a line, names and values in turn. */
function headerLines(rawHeaders: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length && i < 80; i += 2)
    lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]?.slice(0, 300)}`);
  return lines;
}

function describeContent({ body, headers }: Response): string {
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, mostBody));
  if (start.some((byte) => byte < 9 || (byte > 13 && byte < 32)))
    return `(${body.length} bytes of ${headers['content-type'] ?? 'unnamed type'})`;
  return start.toString() + (body.length > mostBody ? `… (${body.length} bytes)` : '');
}
