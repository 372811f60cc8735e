import type { Exchange } from './exchange.ts';
import type { Module } from './module.ts';

/** What is said in the head of an answer and after its body. Source: `$sent_http_*` of ngx_http_variables.c. */
export const answerVariables: NonNullable<Module['variables']> = {
  sent_http_: (exchange, rest) => exchange.responseHeader(rest.replaceAll('_', '-')),
  sent_http_content_type: (exchange) => exchange.contentType ?? exchange.responseHeader('content-type'),
  sent_http_content_length: (exchange) => exchange.contentLength?.toString(),
  sent_http_last_modified: (exchange) =>
    exchange.lastModified?.toUTCString() ?? exchange.responseHeader('last-modified'),
  sent_http_connection: (exchange) => (exchange.status === 101 ? 'upgrade' : isKept(exchange) ? 'keep-alive' : 'close'),
  sent_http_keep_alive: (exchange) => {
    const { keepaliveHeader } = exchange.core;
    return isKept(exchange) && keepaliveHeader > 0 ? `timeout=${keepaliveHeader}` : undefined;
  },
  sent_http_transfer_encoding: (exchange) => (isChunked(exchange) ? 'chunked' : undefined),
  sent_http_cache_control: (exchange) => joined(exchange, 'cache-control'),
  sent_http_link: (exchange) => joined(exchange, 'link'),
  sent_trailer_: ({ trailers }, rest) => fieldNamed(trailers?.() ?? [], rest),
};

/** The first value in a list of names and values whose name a variable has in its own: small letters, `_` for each dash. */
export function fieldNamed(fields: readonly string[], name: string): string | undefined {
  const at = fields.findIndex((text, i) => i % 2 === 0 && text.toLowerCase().replaceAll('-', '_') === name);
  return at < 0 ? undefined : fields[at + 1];
}

/** In a log nobody's connection is kept any more. Source: ngx_http_set_keepalive. */
function isKept({ keepAlive, finished }: Exchange): boolean {
  return keepAlive && !finished;
}

/** Source: ngx_http_chunked_header_filter. */
function isChunked({ httpVersion, status, method, headSent, contentLength, core, parent }: Exchange): boolean {
  const bodyless = status === 304 || status === 204 || status < 200 || method === 'HEAD' || parent !== undefined;
  return httpVersion === '1.1' && headSent && !bodyless && contentLength === undefined && core.chunkedTransferEncoding;
}

function joined({ responseHeaders }: Exchange, name: string): string | undefined {
  const values = responseHeaders.filter((_, i) => i % 2 === 1 && responseHeaders[i - 1]!.toLowerCase() === name);
  return values.length === 0 ? undefined : values.join(', ');
}
