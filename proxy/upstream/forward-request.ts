import type { Exchange } from '../http/exchange.ts';
import type { UpstreamTls } from './connection.ts';
import type { Keeper } from './keeper.ts';
import type { Bind } from './local-address.ts';
import type { AnswerProtocol } from './protocols/protocol.ts';
import type { Upstream } from './registry.ts';
import type { OutgoingBody } from './request-body.ts';
import type { ResponseHead } from './response-head.ts';
import type { SpoolLimits } from './spool.ts';

/** How a location wants requests forwarded. Times in milliseconds, sizes in bytes. */
export interface ForwardSettings {
  readonly connectTimeout: number;
  readonly sendTimeout: number;
  readonly readTimeout: number;
  /** Bits of `NEXT`. */
  readonly nextUpstream: number;
  /** 0 is no limit. */
  readonly nextUpstreamTries: number;
  readonly nextUpstreamTimeout: number;
  readonly bufferSize: number;
  /** What may wait for a slow client; `undefined` when the upstream is to wait instead (`proxy_buffering off`). */
  readonly spool: SpoolLimits | undefined;
  /** `X-Accel-Buffering` of the upstream overrides it; `undefined` where that header is ignored. */
  readonly spoolOnWish: SpoolLimits | undefined;
  readonly ignoreClientAbort: boolean;
  /** Bytes a second that are read of an answer; 0 is unlimited. */
  readonly limitRate: number;
  readonly socketKeepalive: boolean;
  /** Where connections come from; `undefined` leaves it to the system. */
  readonly bind: Bind | undefined;
  /** How answers are read; `undefined` for HTTP. */
  readonly protocol: AnswerProtocol | undefined;
  /** Puts the upstream's status and headers into the exchange; false when it has answered the exchange in another way. */
  takeHead(exchange: Exchange, head: ResponseHead): boolean;
}

/** What one request is sent with. */
export interface ForwardRequest {
  readonly upstream: Upstream;
  readonly scheme: string;
  readonly tls: UpstreamTls | undefined;
  readonly head: string;
  /** The path in the request, for the error log. */
  readonly uri: string;
  readonly body: OutgoingBody;
  /** The body is passed on as it comes and can't be sent twice. */
  readonly streamed: boolean;
  /** The head of the answer is all that was asked for. */
  readonly headOnly: boolean;
  /** Who else wants the answer. */
  readonly keeper?: Keeper | undefined;
}
