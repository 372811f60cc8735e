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
}
