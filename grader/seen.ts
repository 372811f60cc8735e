/** One request as an application received it. */
export interface Seen {
  readonly application: string;
  readonly method: string;
  /** The request target, byte for byte. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
  /** Number of the connection it came over. */
  readonly connection: number;
  readonly remoteAddress: string;
  /** ms on the grader's clock (`performance.now()`), so that what reached several applications can be put in order. */
  readonly receivedAt: number;
}
