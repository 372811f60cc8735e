import type { ResponseHead } from './response-head.ts';

/** Who looks on as an upstream's answer comes, and may keep it (a cache). */
export interface Keeper {
  /** All attempts have failed, the last one by this bit of `NEXT`; true when the client has been answered otherwise. */
  failed(kind: number): boolean;
  /** The client gets this error. */
  failedWith(status: number): void;
  /** A head has come; true when the client has been answered otherwise. */
  answered(head: ResponseHead): boolean;
  /** An error page or the target of `X-Accel-Redirect` takes the place of the answer. */
  intercepted(head: ResponseHead): void;
  /** The answer goes to the client: `text` begins with the head. */
  begin(head: ResponseHead, text: string): void;
  /** The answer is wanted whole, whatever becomes of the client. */
  readonly keeps: boolean;
  /** A piece of the body; it may not be kept. */
  write(piece: Buffer): void;
  /** The body has come whole. */
  complete(): void;
  /** No more of it comes. */
  broken(): void;
}
