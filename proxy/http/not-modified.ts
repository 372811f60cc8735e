import { parseHttpDate } from './http-date.ts';
import type { HttpExchange } from './http-exchange.ts';

/**
 * Conditional requests: turns a 200 into 304, or into 412, as the If- headers say. What an application said is its own
 * business, unless it is kept in a cache. Source: ngx_http_not_modified_filter_module.c.
 */
export function notModified(exchange: HttpExchange): void {
  if (
    exchange.parent !== undefined ||
    exchange.status !== 200 ||
    exchange.errorStatus !== 0 ||
    exchange.disableConditions
  )
    return;
  const unmodifiedSince = exchange.header('if-unmodified-since');
  if (unmodifiedSince !== undefined) {
    const { lastModified } = exchange;
    if (lastModified === undefined || !(seconds(lastModified) * 1000 <= parseHttpDate(unmodifiedSince))) {
      refuse(exchange);
      return;
    }
  }
  const match = exchange.header('if-match');
  if (match !== undefined && !etagListed(exchange, match, false)) {
    refuse(exchange);
    return;
  }
  const modifiedSince = exchange.header('if-modified-since');
  const noneMatch = exchange.header('if-none-match');
  if (modifiedSince === undefined && noneMatch === undefined) return;
  if (modifiedSince !== undefined && isModified(exchange, modifiedSince)) return;
  if (noneMatch !== undefined && !etagListed(exchange, noneMatch, true)) return;
  exchange.status = 304;
  exchange.reason = undefined;
  exchange.headerOnly = true;
  exchange.contentType = undefined;
  exchange.contentLength = undefined;
  exchange.allowRanges = false;
  exchange.removeResponseHeader('accept-ranges');
  exchange.removeResponseHeader('content-encoding');
}

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

function isModified(exchange: HttpExchange, header: string): boolean {
  const { lastModified, core } = exchange;
  if (lastModified === undefined || core.ifModifiedSince === 'off') return true;
  const since = parseHttpDate(header);
  if (since === seconds(lastModified) * 1000) return false;
  if (core.ifModifiedSince === 'exact') return true;
  return !(since >= seconds(lastModified) * 1000);
}

/** Whether the ETag is in an If-Match (strong comparison) or If-None-Match (weak) list. */
function etagListed(exchange: HttpExchange, list: string, weak: boolean): boolean {
  if (list === '*') return true;
  let etag = exchange.responseHeader('etag');
  if (etag === undefined) return false;
  if (weak && etag.startsWith('W/')) etag = etag.slice(2);
  for (const item of list.split(',')) {
    const candidate = item.trim();
    if ((weak && candidate.startsWith('W/') ? candidate.slice(2) : candidate) === etag) return true;
  }
  return false;
}

/** 412 with nginx's page: the body of the handler is replaced. */
function refuse(exchange: HttpExchange): void {
  exchange.replaceWithPage(412);
}
