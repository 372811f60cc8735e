import type { Exchange } from '../../http/exchange.ts';
import { HeaderSet } from '../../http/header-set.ts';
import type { ForwardSettings } from '../forward-request.ts';
import type { ResponseHead } from '../response-head.ts';

/** Headers that may be passed on in another form to each client. */
const PERSONAL = new HeaderSet(['Location', 'Refresh', 'Set-Cookie']);

/**
 * What the head of a kept answer comes to in an exchange. At one place of the configuration it comes to the same each time,
 * and need not be read and understood again, unless it has headers that depend on the client.
 */
export class SteadyHead {
  /** Where that is so. */
  readonly takeHead: ForwardSettings['takeHead'];
  readonly #status: number;
  readonly #reason: string | undefined;
  readonly #contentType: string | undefined;
  readonly #contentLength: number | undefined;
  readonly #serverHeader: string | undefined;
  readonly #dateHeader: string | undefined;
  readonly #lastModified: Date | undefined;
  readonly #allowRanges: Exchange['allowRanges'];
  readonly #headers: readonly string[];

  private constructor(exchange: Exchange, takeHead: ForwardSettings['takeHead']) {
    this.takeHead = takeHead;
    this.#status = exchange.status;
    this.#reason = exchange.reason;
    this.#contentType = exchange.contentType;
    this.#contentLength = exchange.contentLength;
    this.#serverHeader = exchange.serverHeader;
    this.#dateHeader = exchange.dateHeader;
    this.#lastModified = exchange.lastModified;
    this.#allowRanges = exchange.allowRanges;
    this.#headers = [...exchange.responseHeaders];
  }

  /** Out of an exchange that had no headers of its own before `takeHead` put this head into it. */
  static from(exchange: Exchange, takeHead: ForwardSettings['takeHead'], head: ResponseHead): SteadyHead | undefined {
    const personal = head.headers.some((name, index) => index % 2 === 0 && PERSONAL.has(name));
    return personal || head.commands ? undefined : new SteadyHead(exchange, takeHead);
  }

  /** Puts it into another one. */
  putInto(exchange: Exchange): void {
    exchange.status = this.#status;
    exchange.reason = this.#reason;
    exchange.contentType = this.#contentType;
    exchange.contentLength = this.#contentLength;
    exchange.serverHeader = this.#serverHeader;
    exchange.dateHeader = this.#dateHeader;
    exchange.lastModified = this.#lastModified;
    exchange.allowRanges = this.#allowRanges;
    exchange.disableConditions = false;
    const { responseHeaders } = exchange;
    const headers = this.#headers;
    for (let i = 0; i < headers.length; i++) responseHeaders.push(headers[i]!);
  }
}
