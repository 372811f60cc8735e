import { clock } from './clock.ts';
import type { HttpExchange } from './http-exchange.ts';
import { statusLine } from './status.ts';
import { PRODUCT, SERVER } from './version.ts';

const SERVER_LINE = `\r\nServer: ${SERVER}\r\nDate: `;
const BARE_SERVER_LINE = `\r\nServer: ${PRODUCT}\r\nDate: `;

/**
 * Writes the head of an HTTP/1.x answer as one string, in nginx's order, and settles the framing: whether the body
 * goes in chunks (`chunked`), and whether the connection stays. Source: ngx_http_header_filter and ngx_http_chunked_filter_module.c.
 */
export function responseHead(exchange: HttpExchange, chunked: boolean): string {
  const { status, core, reason } = exchange;
  let head = `HTTP/1.1 ${reason === undefined ? statusLine(status) : reason === '' ? status : `${status} ${reason}`}`;
  if (exchange.serverHeader !== undefined) head += `\r\nServer: ${exchange.serverHeader}\r\nDate: `;
  else head += core.serverTokens === 'off' ? BARE_SERVER_LINE : SERVER_LINE;
  head += exchange.dateHeader ?? clock.httpDate;
  if (exchange.contentType !== undefined && status !== 204) {
    head += `\r\nContent-Type: ${exchange.contentType}`;
  }
  if (exchange.contentLength !== undefined && status !== 204 && status >= 200) {
    head += `\r\nContent-Length: ${exchange.contentLength}`;
  }
  if (exchange.lastModified !== undefined && (status === 200 || status === 206 || status === 304))
    head += `\r\nLast-Modified: ${exchange.lastModified.toUTCString()}`;
  if (chunked) head += '\r\nTransfer-Encoding: chunked';
  if (status === 101) head += '\r\nConnection: upgrade';
  else if (!exchange.keepAlive) head += '\r\nConnection: close';
  else if (core.keepaliveHeader > 0)
    head += `\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${core.keepaliveHeader}`;
  else head += '\r\nConnection: keep-alive';
  if (exchange.passedLines !== '') return `${head}\r\n${exchange.passedLines}\r\n`;
  const headers = exchange.responseHeaders;
  for (let i = 0; i < headers.length; i += 2) head += `\r\n${headers[i]}: ${headers[i + 1]}`;
  return `${head}\r\n\r\n`;
}

/** Whether the body of this answer has to go in chunks. */
export function needsChunks(exchange: HttpExchange): boolean {
  return (
    exchange.contentLength === undefined &&
    exchange.httpVersion === '1.1' &&
    exchange.core.chunkedTransferEncoding &&
    !exchange.headerOnly &&
    exchange.status >= 200 &&
    exchange.status !== 204 &&
    exchange.status !== 304
  );
}
